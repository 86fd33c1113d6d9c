#include "io/python.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <system_error>

#include "support/run_command.hpp"

namespace cuvae::test {
namespace {

bool has_numpy(const std::string& python) {
  try {
    return run_command({python, "-c", "import numpy"}).exit_code == 0;
  } catch (const std::system_error&) {
    return false;  // no such program
  }
}

}  // namespace

std::optional<std::string> run_python(std::vector<std::string> args) {
  const std::vector<std::string> candidates{"/usr/bin/python3", "python3"};  // Debian's has Debian's numpy
  const auto python = std::find_if(candidates.begin(), candidates.end(), has_numpy);
  if (python == candidates.end()) return std::nullopt;
  args.insert(args.begin(), *python);
  const CommandResult result = run_command(args);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  return result.out;
}

}  // namespace cuvae::test
