// The numbers of each pass of an epoch, computed on the host in double.
#pragma once

#include <cstdint>
#include <vector>

#include "cuvae/config.hpp"
#include "cuvae/dataset.hpp"
#include "kernels/ops/step_state.hpp"

namespace cuvae::train {

struct Split {
  std::int64_t training, held_out;
};

// The rows of `data` as validation_fraction divides them: at least one is held out where it is not 0.
// Throws Error(data) where none is left to train on.
[[nodiscard]] Split split_rows(const TrainConfig& config, const Dataset& data);

class Schedule {
 public:
  // `rows`: of the training part.
  Schedule(const TrainConfig& config, std::int64_t rows);

  [[nodiscard]] std::int64_t steps_per_epoch() const { return steps_per_epoch_; }
  [[nodiscard]] std::int64_t total_steps() const { return total_steps_; }
  [[nodiscard]] std::int64_t passes_per_step() const { return passes_per_step_; }
  [[nodiscard]] std::int64_t pass_rows() const { return pass_rows_; }

  // position: steps since the start of the run.
  [[nodiscard]] double learning_rate(std::int64_t position) const;
  // Linear from 0 over the first kl_warmup epochs.
  [[nodiscard]] double kl_weight(std::int64_t position) const;

  // Passes of the step at `position`; `update` counts every update of the trainer, from 0. The last step of
  // an epoch takes the rows that are left, so it may have fewer passes: those beyond are empty.
  [[nodiscard]] std::vector<ops::PassPlan> step(std::int64_t position, std::int64_t update) const;
  [[nodiscard]] std::vector<ops::PassPlan> epoch(std::int64_t first_position,
                                                 std::int64_t first_update) const;

 private:
  TrainConfig config_;
  std::int64_t rows_, pass_rows_, passes_per_step_, steps_per_epoch_, total_steps_;
};

}  // namespace cuvae::train
