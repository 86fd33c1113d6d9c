// -log p(x | logit) = softplus(logit) - x logit for x in [0, 1], and its gradient sigmoid(logit) - x, in one
// pass (docs/theory.md, "Likelihoods").
#pragma once

#include "kernels/ops/row_op.hpp"
#include "kernels/ops/sigmoid.hpp"
#include "kernels/ops/step_state.hpp"

namespace cuvae::ops {

struct BernoulliNll {
  static constexpr int kIn = 2;   // logit, x
  static constexpr int kOut = 1;  // d objective / d logit
  static constexpr Noise kNoise = Noise::none;
  static constexpr bool kHasLoss = true;
  float row_weight = 1;

  CUVAE_HD BernoulliNll at(const StepState& state) const {
    BernoulliNll bound = *this;
    bound.row_weight = state.pass.row_weight;
    return bound;
  }

  template <class Real>
  CUVAE_HD Term<Real, kOut> operator()(const Real (&in)[kIn]) const {
    using std::abs, std::exp;
    const auto& [logit, x] = in;
    const Real e = exp(-abs(logit));  // in (0, 1]: cannot overflow
    const Real factor = Real(1.0f) + e;
    const Real sigmoid = select(logit >= Real(0.0f), Real(1.0f), e) / factor;
    return {max(logit, Real(0.0f)) - x * logit, {Real(row_weight) * (sigmoid - x)}, factor};
  }
};

// The mean of p(x | logit).
struct Sigmoid {
  static constexpr int kIn = 1;   // logit
  static constexpr int kOut = 1;  // probability
  static constexpr Noise kNoise = Noise::none;

  template <class Real>
  CUVAE_HD Term<Real, kOut> operator()(const Real (&in)[kIn]) const {
    return {Real(0.0f), {sigmoid(in[0])}};
  }
};

}  // namespace cuvae::ops
