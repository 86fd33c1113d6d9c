// cuvae train for a command that goes on from there.
#pragma once

#include <cstdint>
#include <string>

#include "cuvae/trainer.hpp"
#include "src/cli/exit_code.hpp"
#include "src/cli/options.hpp"
#include "src/cli/output.hpp"

namespace cuvae::cli {

struct TrainingFrame {
  Stream told = Stream::out;  // where tables and the lines of epochs go
  std::string go_on;          // the command that continues it once stopped; empty: cuvae train's own
};

// What there is after it, in this call or before: not what was asked for.
struct Trained {
  ExitCode code = ExitCode::ok;
  StopReason reason = StopReason::epochs_done;
  std::int64_t steps = 0, steps_per_epoch = 1;
  std::uint64_t data_fingerprint = 0;  // of all rows of DATA
};

// `arguments`: as for run_train.
Trained train(Arguments arguments, const TrainingFrame& frame);

}  // namespace cuvae::cli
