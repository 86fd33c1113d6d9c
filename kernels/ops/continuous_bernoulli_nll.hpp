// The continuous Bernoulli (Loaiza-Ganem & Cunningham, 2019), a density of x in [0, 1]: with logit l
//
//   -log p(x | l) = softplus(l) - x l - log(l / tanh(l / 2)),   d / d l = mean - x,
//   mean = 1 / (1 - exp(-l)) - 1 / l
//
// For a = |l| >= 1 this is max(l, 0) - x l + log((1 - exp(-a)) / a), where nothing overflows or cancels, and
// the mean of -a is 1 / a - exp(-a) / (1 - exp(-a)), that of a its complement. Nearer to 0 it is
// (1/2 - x) l + log(sinh(l/2) / (l/2)) with mean 1/2 + the derivative of the last term, which is the series
// of B_2k l^2k / (2k (2k)!) with Bernoulli's numbers: five terms leave 1e-9.
#pragma once

#include "kernels/ops/row_op.hpp"
#include "kernels/ops/step_state.hpp"

namespace cuvae::ops {

inline constexpr float kContinuousBernoulliSeriesBelow = 1;

// What both forms are made of: |logit|, its inverse, exp(-|logit|), and logit^2.
template <class Real>
struct ContinuousBernoulli {
  Real logit, magnitude, inverse, e, square;

  explicit CUVAE_HD ContinuousBernoulli(Real l) : logit(l) {
    using std::abs, std::exp;
    magnitude = abs(l);
    inverse = Real(1.0f) / magnitude;
    e = exp(-magnitude);
    square = l * l;
  }

  [[nodiscard]] CUVAE_HD Real nll(Real x) const {
    using std::log;
    const Real series =
        square * (Real(1.0f / 24) +
                  square * (Real(-1.0f / 2880) +
                            square * (Real(1.0f / 181440) +
                                      square * (Real(-1.0f / 9676800) + square * Real(1.0f / 479001600)))));
    return select(is_near_zero(), (Real(0.5f) - x) * logit + series,
                  max(logit, Real(0.0f)) - x * logit + log((Real(1.0f) - e) * inverse));
  }

  [[nodiscard]] CUVAE_HD Real mean() const {
    const Real series =
        magnitude * (Real(1.0f / 12) +
                     square * (Real(-1.0f / 720) +
                               square * (Real(1.0f / 30240) +
                                         square * (Real(-1.0f / 1209600) + square * Real(1.0f / 47900160)))));
    const Real below_half =
        select(is_near_zero(), Real(0.5f) - series, inverse - e / (Real(1.0f) - e));  // that of -|logit|
    return select(logit >= Real(0.0f), Real(1.0f) - below_half, below_half);
  }

 private:
  // False for NaN, which stays NaN.
  [[nodiscard]] CUVAE_HD auto is_near_zero() const {
    return magnitude < Real(kContinuousBernoulliSeriesBelow);
  }
};

struct ContinuousBernoulliNll {
  static constexpr int kIn = 2;   // logit, x
  static constexpr int kOut = 1;  // d objective / d logit
  static constexpr Noise kNoise = Noise::none;
  static constexpr bool kHasLoss = true;
  float row_weight = 1;

  CUVAE_HD ContinuousBernoulliNll at(const StepState& state) const { return {state.pass.row_weight}; }

  template <class Real>
  CUVAE_HD Term<Real, kOut> operator()(const Real (&in)[kIn]) const {
    const auto& [logit, x] = in;
    const ContinuousBernoulli<Real> density(logit);
    return {density.nll(x), {Real(row_weight) * (density.mean() - x)}};
  }
};

// The mean of p(x | logit).
struct ContinuousBernoulliMean {
  static constexpr int kIn = 1;   // logit
  static constexpr int kOut = 1;  // mean
  static constexpr Noise kNoise = Noise::none;

  template <class Real>
  CUVAE_HD Term<Real, kOut> operator()(const Real (&in)[kIn]) const {
    return {Real(0.0f), {ContinuousBernoulli<Real>(in[0]).mean()}};
  }
};

}  // namespace cuvae::ops
