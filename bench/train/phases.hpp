// One training step on the CPU, phase by phase.
#pragma once

#include <memory>
#include <vector>

#include "cuvae/cuvae.hpp"
#include "src/model/network.hpp"
#include "src/train/feed.hpp"

namespace cuvae::bench {

class PhasedStep {
 public:
  // The data must be of bytes or native floats.
  PhasedStep(const ModelConfig& model, const TrainConfig& train, const Dataset& data, int threads);
  PhasedStep(const PhasedStep&) = delete;
  PhasedStep& operator=(const PhasedStep&) = delete;

  // Run in order, after begin(), they are the step.
  [[nodiscard]] const std::vector<model::Phase>& phases() const { return phases_; }
  void begin(std::int64_t step);

 private:
  Trainer trainer_;
  train::Feed feed_;
  ops::PassPlan plan_;
  ops::RowOrder order_;
  std::vector<model::Phase> phases_;
};

// Milliseconds of the matrix products of the reference job's step alone: forward, weight gradient and input
// gradient of each layer.
[[nodiscard]] double products_alone(int threads, std::int64_t steps);

}  // namespace cuvae::bench
