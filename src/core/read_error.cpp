#include "src/core/read_error.hpp"

#include <cerrno>
#include <string>
#include <system_error>

#include "cuvae/error.hpp"
#include "src/core/shown.hpp"

namespace cuvae::core {

void refuse(std::string_view source, std::string_view what, std::string_view mend) {
  throw Error(Errc::data, "cannot read '" + shown(source, kLongestPath) + "': " + std::string(what) + "\n" +
                              std::string(mend));
}

void refuse_system(std::string_view source, int error) {
  const std::string_view mend = error == ENOENT   ? "Check the path."
                                : error == EACCES ? "Give yourself the right to read it (chmod), or copy it."
                                                  : "Check that the file can be read.";
  refuse(source, std::generic_category().message(error), mend);
}

}  // namespace cuvae::core
