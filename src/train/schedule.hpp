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

// The most rows a pass takes, and the passes over so many rows.
[[nodiscard]] std::int64_t pass_rows(const TrainConfig& config);
[[nodiscard]] std::int64_t pass_count(const TrainConfig& config, std::int64_t rows);

class Schedule {
 public:
  // `rows`: of the training part. Throws Error(invalid_argument) for more steps than the noise can count, and
  // for a warm-up that does not end in its cycle.
  Schedule(const TrainConfig& config, std::int64_t rows);

  [[nodiscard]] std::int64_t steps_per_epoch() const { return steps_per_epoch_; }
  [[nodiscard]] std::int64_t total_steps() const { return total_steps_; }
  // Passes of the steps of an epoch before that one, and of that one: the last step takes the rows that are
  // left, so it may have fewer.
  [[nodiscard]] std::int64_t passes_before(std::int64_t step_in_epoch) const;
  [[nodiscard]] std::int64_t passes_of(std::int64_t step_in_epoch) const;

  // position: steps since the start of the run.
  [[nodiscard]] double learning_rate(std::int64_t position) const;
  // Linear from 0 over the first kl_warmup epochs of each cycle; where there is a capacity, that rises.
  [[nodiscard]] double kl_weight(std::int64_t position) const;
  [[nodiscard]] double kl_capacity(std::int64_t position) const;
  // Whether the step before `position` was one of a warm-up.
  [[nodiscard]] bool rises_before(std::int64_t position) const;

  // Passes of the step at `position`; `update` counts every update of the trainer, from 0.
  [[nodiscard]] std::vector<ops::PassPlan> step(std::int64_t position, std::int64_t update) const;
  [[nodiscard]] std::vector<ops::PassPlan> epoch(std::int64_t first_position,
                                                 std::int64_t first_update) const;

 private:
  [[nodiscard]] std::int64_t rows_of(std::int64_t step_in_epoch) const;

  [[nodiscard]] double risen(std::int64_t position) const;  // of 1
  [[noreturn]] void refuse_endless_warmup() const;

  TrainConfig config_;
  double warmup_steps_ = 0, cycle_steps_ = 0;
  std::int64_t rows_, steps_per_epoch_, total_steps_;
};

}  // namespace cuvae::train
