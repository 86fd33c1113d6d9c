// The run behind a Trainer: its arenas, its place in the schedule, and one update.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cuvae/trainer.hpp"
#include "src/backend/backend.hpp"
#include "src/model/network.hpp"
#include "src/model/parameters.hpp"
#include "src/train/checkpoint.hpp"
#include "src/train/feed.hpp"

namespace cuvae {

struct Trainer::Impl {
  using Callback = std::function<Control(const Progress&)>;
  using Clock = std::chrono::steady_clock;

  // Throws Error(out_of_memory), saying what would fit.
  static std::unique_ptr<Impl> on(std::unique_ptr<Backend> backend, const ModelConfig& model,
                                  const TrainConfig& train);
  Impl(const ModelConfig& model, const TrainConfig& train, std::unique_ptr<Backend> on);

  // Queues one update: the passes of a batch, then the judgement and the optimizer.
  // `connect(pass)` tells the network where the rows of a pass are.
  void queue_step(const std::function<void(std::int64_t)>& connect, const ops::RowOrder& order,
                  const ops::PassPlan* table, std::int64_t passes);
  // Each tensor's gradient over its norm; of those side by side, over that of both.
  void normalize_gradients(PassContext pass);
  // Another attempt of a run that had given up.
  void take_heart();
  // Throw Error(numerics): after too many skipped updates in a row; where a weight is not finite; always.
  void require_finite_updates() const;
  void require_finite_weights() const;
  [[noreturn]] void diverged(const std::string& how) const;
  // check_data refuses and leaves no trace; adopt_data makes the data that of this run.
  void check_data(const Dataset& data, const Dataset* validation) const;
  void adopt_data(const Dataset& data, const Dataset* validation);
  // What of the first weights comes from the data: the output bias, the inputs of a VampPrior.
  void start_from_data(const Dataset& data, const ops::RowOrder& order);

  [[nodiscard]] std::vector<Parameter> download(const float* arena) const;
  [[nodiscard]] train::ModelFile model_file(const train::Metadata& extra) const;

  ModelConfig model_config;
  TrainConfig train_config;
  std::unique_ptr<Backend> backend;  // outlives everything below, which is memory of it
  Device device;
  model::Layout layout;
  model::Parameters parameters;
  std::int64_t pass_rows;
  model::Network network;
  std::vector<model::Phase> forward, first_backward, next_backward;

  Backend::Buffer gradient_square;  // of one tensor

  ops::StepState state;  // the host's copy, as it was asked for last
  train::RunState run;   // what the step state does not hold
  ImageShape image;
  std::int64_t steps_per_launch;  // of fit(): as many as can be queued at once
  bool fitting = false;           // the state and the network's input are those of a fit() under way
  std::unique_ptr<Staging> step_rows, step_labels;  // of step(): what the caller gave
  Backend::Buffer step_table;                       // and its passes
};

}  // namespace cuvae
