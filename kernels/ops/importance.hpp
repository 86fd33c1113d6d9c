// Importance-weighted bounds (Burda et al., 2015): of k samples z_j of a row's q(z|x),
// log w_j = log p(x|z_j) + kl_weight (log p(z_j) - log q(z_j|x)), whose log-mean-exp bounds log p(x) from
// below, and whose normalized weights, held constant, weigh the samples' gradients.
#pragma once

#include "kernels/ops/log_sum_exp.hpp"
#include "kernels/ops/step_state.hpp"

namespace cuvae::ops {

struct LogWeight {
  float kl_weight = 1;

  CUVAE_HD LogWeight at(const StepState& state) const { return {state.pass.kl_weight}; }

  template <class Real>
  CUVAE_HD Real operator()(Real nll, Real kl) const {
    return -nll - Real(kl_weight) * kl;
  }
};

// A row times its own number, such as the gradient of a sample times the sample's weight.
struct ScaleRow {
  static constexpr int kIn = 1;
  static constexpr int kOut = 1;
  static constexpr Noise kNoise = Noise::none;
  float factor = 1;

  CUVAE_HD ScaleRow of_row(float value) const { return {value}; }

  template <class Real>
  CUVAE_HD Term<Real, kOut> operator()(const Real (&in)[kIn]) const {
    return {Real(0.0f), {in[0] * Real(factor)}};
  }
};

}  // namespace cuvae::ops
