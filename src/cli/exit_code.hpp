// What the shell is told.
#pragma once

#include "cuvae/error.hpp"

namespace cuvae::cli {

enum class ExitCode {
  ok = 0,
  regression = 1,  // `bench --compare` found something slower
  usage = 2,       // command line or configuration
  data = 3,        // a file that cannot be read, does not fit, or cannot be written
  device = 4,      // a device or memory that is not there
  numerics = 5,    // training diverged
  bug = 70,        // ours
  stopped = 75,    // by a signal; a training run is resumable
};

[[nodiscard]] ExitCode exit_code(Errc code);

}  // namespace cuvae::cli
