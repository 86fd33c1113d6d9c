// Every row of a batch with every other, for estimates of q(z), the mixture of the posteriors of all the
// data's rows, from those of a batch. A pair's cost is minus the logarithm of its weight in the mean over a
// loop's terms; rows that are not active have none.
#pragma once

#include "kernels/ops/row_op.hpp"
#include "kernels/ops/step_state.hpp"

namespace cuvae::ops {

// How the posterior of row j counts in the estimate of q(z_i), of B rows of N (Chen et al., 2018).
//   uniform      1 / B: q of the batch alone
//   minibatch    1 / (N B): minibatch-weighted sampling
//   stratified   1 / N where j = i, (N - B + 1) / (N (B - 1)) for the row after i, else 1 / (B - 1)
enum class PairWeights { uniform, minibatch, stratified };

struct PairCost {
  static constexpr int kIn = 2;  // i, j
  static constexpr int kOut = 0;
  static constexpr Noise kNoise = Noise::none;
  static constexpr bool kHasLoss = true;
  static constexpr float kNever = 1e30f;
  PairWeights weights = PairWeights::uniform;
  float terms = 1;  // of the loop's mean
  float rows = 1, own = 0, next = 0, other = 0;

  CUVAE_HD PairCost at(const StepState& state) const {
    using std::log;
    PairCost bound = *this;
    const float b = bound.rows = static_cast<float>(state.pass.active_rows), n = state.pass.data_rows;
    bound.own = bound.next = bound.other = log(weights == PairWeights::minibatch ? b * n : b) - log(terms);
    if (weights == PairWeights::stratified && b > 1) {
      bound.own = log(n) - log(terms);
      bound.next = log(n * (b - 1) / (n - b + 1)) - log(terms);
      bound.other = log(b - 1) - log(terms);
    }
    return bound;
  }

  template <class Real>
  CUVAE_HD Term<Real, kOut> operator()(const Real (&in)[kIn]) const {
    using std::abs;
    const auto& [i, j] = in;
    const Real after = j - i, half = Real(0.5f), is_next = Real(next);
    Real cost = select(abs(after) < half, Real(own), Real(other));
    cost = select(abs(after - Real(1.0f)) < half, is_next, cost);
    cost = select(abs(after + Real(rows - 1)) < half, is_next, cost);
    return {select(j > Real(rows) - half, Real(kNever), cost), {}};
  }
};

// Of a pair by its own two costs, whatever the weight of the KL.
struct PairLogWeight {
  template <class Real>
  CUVAE_HD Real operator()(Real first, Real second) const {
    return -first - second;
  }
};

}  // namespace cuvae::ops
