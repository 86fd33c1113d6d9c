#include "src/cli/exit_code.hpp"

namespace cuvae::cli {

ExitCode exit_code(Errc code) {
  switch (code) {
    case Errc::invalid_argument:
      return ExitCode::usage;
    case Errc::data:
    case Errc::io:
      return ExitCode::data;
    case Errc::device:
    case Errc::out_of_memory:
    case Errc::unsupported:
      return ExitCode::device;
    case Errc::numerics:
      return ExitCode::numerics;
    case Errc::internal:
      break;
  }
  return ExitCode::bug;
}

}  // namespace cuvae::cli
