// One call of Trainer::fit: epochs of steps, an evaluation after each, and the decision to stop.
#pragma once

#include <cstdint>
#include <optional>

#include "src/train/evaluator.hpp"
#include "src/train/feed.hpp"
#include "src/train/launches.hpp"
#include "src/train/schedule.hpp"
#include "src/train/trainer_impl.hpp"

namespace cuvae::train {

// Throws Error(data) where a model cannot be trained on this data, or not validated, with its validation rows
// (null: none but those held out), and Error(invalid_argument) for two kinds of validation rows.
void require_trainable(const ModelConfig& model, const TrainConfig& train, const Dataset& data,
                       const Dataset* validation);

class Fit {
 public:
  // The data must be trainable, and that of the run where it has begun.
  Fit(Trainer::Impl& trainer, const Dataset& data, const Dataset* validation,
      const Trainer::Impl::Callback& callback);
  FitResult run();

 private:
  enum class Outcome { proceed, stop };

  void begin_epoch();
  Outcome run_epoch(std::int64_t last_step);
  Outcome finish_epoch();
  [[nodiscard]] bool wants_numbers(std::int64_t queued, std::int64_t last_step) const;
  void read_state();
  [[nodiscard]] EpochMetrics measure();
  [[nodiscard]] Evaluation evaluate();
  [[nodiscard]] Progress progress(Progress::Event event) const;
  [[nodiscard]] double seconds_since(Trainer::Impl::Clock::time_point start) const;
  [[nodiscard]] std::int64_t position() const;
  [[nodiscard]] std::optional<FitResult> finished() const;
  void consider_best(EpochMetrics& metrics);

  Trainer::Impl& trainer_;
  Dataset data_;
  std::optional<Dataset> validation_;
  const Trainer::Impl::Callback& callback_;
  ops::RowOrder training_rows_, validation_rows_;
  Schedule schedule_;
  Evaluator evaluator_;
  Backend::Buffer table_;
  Feed feed_;  // after what it must leave room for
  std::optional<Feed> validation_feed_;
  Launches launches_;
  FitResult result_;
  Trainer::Impl::Clock::time_point start_, read_;  // of this call; when the state was read last
  double training_seconds_ = 0, epoch_seconds_ = 0;
  std::int64_t timed_rows_ = 0, epoch_rows_ = 0;
  std::int64_t first_update_ = 0;  // the update with which the epoch began
};

}  // namespace cuvae::train
