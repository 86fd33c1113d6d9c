// -log N(x; mean, exp(log_var)) = ((x - mean)^2 exp(-log_var) + log_var + log 2 pi) / 2 and its gradients.
// The log-variance is one number, or one per dimension, fixed or learned; each comes as a row that repeats.
#pragma once

#include "kernels/ops/soft_bound.hpp"
#include "kernels/ops/step_state.hpp"

namespace cuvae::ops {

inline constexpr float kLogTwoPi = 1.8378770664093454836f;

struct GaussianNll {
  static constexpr int kIn = 3;   // mean, x, log_var before its bound
  static constexpr int kOut = 1;  // d objective / d mean
  static constexpr Noise kNoise = Noise::none;
  static constexpr bool kHasLoss = true;
  float row_weight = 1;

  CUVAE_HD GaussianNll at(const StepState& state) const {
    GaussianNll bound = *this;
    bound.row_weight = state.pass.row_weight;
    return bound;
  }

  template <class Real>
  CUVAE_HD Term<Real, kOut> operator()(const Real (&in)[kIn]) const {
    using std::exp;
    const auto& [mean, x, raw] = in;
    const Real log_var = soft_bound(raw).value;
    const Real difference = mean - x, precision = exp(-log_var);
    return {Real(0.5f) * (difference * difference * precision + log_var + Real(kLogTwoPi)),
            {Real(row_weight) * difference * precision}};
  }
};

struct GaussianNllLearned {
  static constexpr int kIn = 3;   // mean, x, log_var before its bound
  static constexpr int kOut = 2;  // d objective / d mean, d objective / d (log_var before its bound)
  static constexpr Noise kNoise = Noise::none;
  static constexpr bool kHasLoss = true;
  float row_weight = 1;

  CUVAE_HD GaussianNllLearned at(const StepState& state) const {
    GaussianNllLearned bound = *this;
    bound.row_weight = state.pass.row_weight;
    return bound;
  }

  template <class Real>
  CUVAE_HD Term<Real, kOut> operator()(const Real (&in)[kIn]) const {
    using std::exp;
    const auto& [mean, x, raw] = in;
    const Bounded<Real> log_var = soft_bound(raw);
    const Real difference = mean - x, precision = exp(-log_var.value);
    const Real scaled_square = difference * difference * precision;
    return {Real(0.5f) * (scaled_square + log_var.value + Real(kLogTwoPi)),
            {Real(row_weight) * difference * precision,
             Real(0.5f * row_weight) * (Real(1.0f) - scaled_square) * log_var.derivative}};
  }
};

}  // namespace cuvae::ops
