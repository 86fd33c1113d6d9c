// The run behind a Trainer: its arenas, its place in the schedule, and the loop.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "cuvae/trainer.hpp"
#include "src/backend/backend.hpp"
#include "src/model/network.hpp"
#include "src/model/parameters.hpp"
#include "src/train/checkpoint.hpp"
#include "src/train/evaluator.hpp"
#include "src/train/feed.hpp"
#include "src/train/schedule.hpp"

namespace cuvae {

struct Trainer::Impl {
  using Callback = std::function<Control(const Progress&)>;
  using Clock = std::chrono::steady_clock;

  Impl(const ModelConfig& model_config, const TrainConfig& train_config, const Device& wanted);

  // One update: the passes of a batch, then the judgement, the optimizer and the advance.
  void run_step(train::Feed* feed, const ops::RowOrder& order, const ops::PassPlan* table);
  // Throws Error(numerics) after too many skipped updates in a row.
  void require_finite();
  // check_data refuses and leaves no trace; adopt_data makes the data that of this run.
  void check_data(const Dataset& data, const Dataset* validation) const;
  void adopt_data(const Dataset& data, const Dataset* validation);
  void set_output_bias(const Dataset& data, const ops::RowOrder& order);

  [[nodiscard]] std::vector<Parameter> download(const float* arena) const;
  [[nodiscard]] train::ModelFile model_file(const train::Metadata& extra) const;

  ModelConfig model;
  TrainConfig train;
  std::unique_ptr<Backend> backend;  // outlives everything below, which is memory of it
  Device device;
  cuvae::model::Layout layout;
  cuvae::model::Parameters parameters;
  std::int64_t pass_rows;
  cuvae::model::Network network;
  std::vector<cuvae::model::Phase> forward, first_backward, next_backward;
  std::int64_t passes_per_step;

  ops::StepState state;  // the host's copy, after the last step
  train::RunState run;   // what the step state does not hold
  ImageShape image;
  Backend::Buffer step_rows, step_table;  // of step(): the caller's rows and their passes
};

namespace train {

// One call of Trainer::fit.
class Fit {
 public:
  Fit(Trainer::Impl& trainer, const Dataset& data, const Dataset* validation,
      const Trainer::Impl::Callback& callback);
  FitResult run();

 private:
  enum class Outcome { proceed, stop };

  void begin_epoch();
  Outcome run_epoch(std::int64_t last_step);
  Outcome finish_epoch();
  [[nodiscard]] EpochMetrics measure();
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
  Feed feed_;
  Evaluator evaluator_;
  Backend::Buffer table_;
  FitResult result_;
  Trainer::Impl::Clock::time_point start_;
  double training_seconds_ = 0, epoch_seconds_ = 0;
  std::int64_t timed_rows_ = 0, epoch_rows_ = 0;
};

}  // namespace train
}  // namespace cuvae
