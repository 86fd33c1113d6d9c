// Runs a program the way a shell would, for tests from end to end.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace cuvae::test {

struct CommandResult {
  int exit_code = 0;  // 128 + N where signal N ended it
  std::string out;    // what it wrote on stdout
  std::string err;    // what it wrote on stderr
};

struct CommandOptions {
  std::filesystem::path working_dir = ".";
  std::vector<std::string> environment{};  // "NAME=value", on top of this process's own
};

// args[0] is the program, looked up on PATH; stdin is empty. Waits for its end.
// Throws std::system_error where it cannot be started.
[[nodiscard]] CommandResult run_command(const std::vector<std::string>& args,
                                        const CommandOptions& options = {});

}  // namespace cuvae::test
