// What an objective asks of the network.
#pragma once

#include <cstdint>

#include "cuvae/config.hpp"
#include "src/backend/backend.hpp"

namespace cuvae::model {

// How the samples of a row count: all alike, or by their importance weights.
enum class Weighting { equal, importance };

// What is minimised besides the rows' losses, of a batch as a whole.
struct BatchTerm {
  enum class Kind { none, held_kl, total_correlation, discrepancy } kind = Kind::none;
  KlHold hold{};
  ops::PairWeights pairs = ops::PairWeights::uniform;
  float factor = 0;
};

struct Sampling {
  std::int32_t samples = 1;
  LatentKl kl = LatentKl{};
  Weighting weighting = Weighting::equal;
  BatchTerm batch{};
};

[[nodiscard]] Sampling sampling_of(const TrainConfig& config);

}  // namespace cuvae::model
