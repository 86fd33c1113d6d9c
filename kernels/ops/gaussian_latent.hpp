// q(z|x) = N(mean, exp(log_var)) against p(z) = N(0, I): sampling by reparameterization and the analytic KL
// in one pass, and their backward with epsilon redrawn (Kingma & Welling, 2014, appendix B).
#pragma once

#include "kernels/ops/soft_bound.hpp"
#include "kernels/ops/step_state.hpp"

namespace cuvae::ops {

// KL(N(mean, exp(log_var)) || N(0, 1)); expm1 keeps it exact near log_var = 0.
template <class Real>
CUVAE_HD Real gaussian_kl(Real mean, Real log_var) {
  using std::expm1;
  return Real(0.5f) * (mean * mean + expm1(log_var) - log_var);
}

struct SampleLatent {
  static constexpr int kIn = 2;   // mean, log_var before its bound
  static constexpr int kOut = 1;  // z
  static constexpr Noise kNoise = Noise::normal;
  static constexpr bool kHasLoss = true;

  template <class Real>
  CUVAE_HD Term<Real, kOut> operator()(const Real (&in)[kIn], Real eps) const {
    using std::exp;
    const auto& [mean, raw] = in;
    const Real log_var = soft_bound(raw).value;
    return {gaussian_kl(mean, log_var), {mean + exp(Real(0.5f) * log_var) * eps}};
  }
};

struct LatentBackward {
  static constexpr int kIn = 3;   // mean, log_var before its bound, d objective / d z
  static constexpr int kOut = 2;  // d objective / d mean, d objective / d (log_var before its bound)
  static constexpr Noise kNoise = Noise::normal;
  float kl_weight = 1;  // times the row's weight

  CUVAE_HD LatentBackward at(const StepState& state) const {
    LatentBackward bound = *this;
    bound.kl_weight = state.pass.kl_weight * state.pass.row_weight;
    return bound;
  }

  template <class Real>
  CUVAE_HD Term<Real, kOut> operator()(const Real (&in)[kIn], Real eps) const {
    using std::exp, std::expm1;
    const auto& [mean, raw, d_z] = in;
    const Bounded<Real> log_var = soft_bound(raw);
    const Real half_sigma_eps = Real(0.5f) * exp(Real(0.5f) * log_var.value) * eps;
    const Real d_log_var = d_z * half_sigma_eps + Real(0.5f * kl_weight) * expm1(log_var.value);
    return {Real(0.0f), {d_z + Real(kl_weight) * mean, d_log_var * log_var.derivative}};
  }
};

// log_var as it is reported: after its bound.
struct BoundLogVar {
  static constexpr int kIn = 1;
  static constexpr int kOut = 1;
  static constexpr Noise kNoise = Noise::none;

  template <class Real>
  CUVAE_HD Term<Real, kOut> operator()(const Real (&in)[kIn]) const {
    return {Real(0.0f), {soft_bound(in[0]).value}};
  }
};

// z ~ N(0, I): the loop's noise as it is.
struct PriorSample {
  static constexpr int kIn = 1;  // unread
  static constexpr int kOut = 1;
  static constexpr Noise kNoise = Noise::normal;
  static constexpr bool kReadsInput = false;

  template <class Real>
  CUVAE_HD Term<Real, kOut> operator()(const Real (&)[kIn], Real eps) const {
    return {Real(0.0f), {eps}};
  }
};

}  // namespace cuvae::ops
