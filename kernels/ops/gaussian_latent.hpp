// q(z|x) = N(mean, exp(log_var)) against p(z) = N(0, I): sampling by reparameterization and the KL in one
// pass, and their backward with epsilon redrawn (Kingma & Welling, 2014, appendix B). The KL is analytic, or
// that of the sample alone: log q(z|x) - log p(z), whose mean over epsilon is the analytic one.
#pragma once

#include "kernels/ops/log_two_pi.hpp"
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

// The KL of the sample: with z = mean + sigma epsilon, log q(z|x) = -(epsilon^2 + log_var + log 2 pi) / 2.
// prior: 1, or 0 where p(z) is no N(0, I); then the loss is log q(z|x) alone.
struct SampleLatentAlone {
  static constexpr int kIn = 2;   // mean, log_var before its bound
  static constexpr int kOut = 1;  // z
  static constexpr Noise kNoise = Noise::normal;
  static constexpr bool kHasLoss = true;
  float prior = 1;

  template <class Real>
  CUVAE_HD Term<Real, kOut> operator()(const Real (&in)[kIn], Real eps) const {
    using std::exp;
    const auto& [mean, raw] = in;
    const Real log_var = soft_bound(raw).value;
    const Real z = mean + exp(Real(0.5f) * log_var) * eps;
    return {Real(0.5f) * (Real(prior) * z * z - eps * eps - log_var + Real((prior - 1) * kLogTwoPi)), {z}};
  }
};

// The gradients of d_z z + kl_weight KL to mean and to log_var before its bound, epsilon held.
template <class Real>
CUVAE_HD Term<Real, 2> latent_gradient(Real mean, Real raw, Real d_z, Real eps, Real kl_weight) {
  using std::exp, std::expm1;
  const Bounded<Real> log_var = soft_bound(raw);
  const Real half_sigma_eps = Real(0.5f) * exp(Real(0.5f) * log_var.value) * eps;
  const Real d_log_var = d_z * half_sigma_eps + Real(0.5f) * kl_weight * expm1(log_var.value);
  return {Real(0.0f), {d_z + kl_weight * mean, d_log_var * log_var.derivative}};
}

// The backward of SampleLatent.
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
    return latent_gradient(in[0], in[1], in[2], eps, Real(kl_weight));
  }
};

// How the gradient of a sample's KL reaches mean and log_var. total: along every path. path: through z alone,
// so that it vanishes where q is the posterior (Roeder et al., 2017). doubly: that of the importance-weighted
// bound reparameterized twice (Tucker et al., 2019): through z, times the sample's weight w once more. With
// beta on the KL the score of q that is reparameterized is beta of it, and the factor (1 - beta) + beta w.
enum class SampleGradient { total, path, doubly };

// The backward of SampleLatentAlone. d_z holds the sample's weight already.
template <SampleGradient kGradient>
struct LatentAloneBackward {
  static constexpr int kIn = 3;   // mean, log_var before its bound, d objective / d z
  static constexpr int kOut = 2;  // d objective / d mean, d objective / d (log_var before its bound)
  static constexpr Noise kNoise = Noise::normal;
  float kl_weight = 1;  // times the row's weight
  float beta = 1;       // without it
  float prior = 1;      // as in the forward
  float weight = 1;     // of the sample among those of its row

  CUVAE_HD LatentAloneBackward at(const StepState& state) const {
    LatentAloneBackward bound = *this;
    bound.beta = state.pass.kl_weight;
    bound.kl_weight = bound.beta * state.pass.row_weight;
    return bound;
  }
  CUVAE_HD LatentAloneBackward of_row(float value) const {
    LatentAloneBackward bound = *this;
    bound.weight = value;
    return bound;
  }

  template <class Real>
  CUVAE_HD Term<Real, kOut> operator()(const Real (&in)[kIn], Real eps) const {
    using std::exp;
    const auto& [mean, raw, d_z] = in;
    const Bounded<Real> log_var = soft_bound(raw);
    const Real sigma_eps = exp(Real(0.5f) * log_var.value) * eps;
    const Real kl = Real(kl_weight * weight);
    Real d_sample = d_z + kl * Real(prior) * (mean + sigma_eps);  // d KL / d z with q held: of -log p(z)
    Real d_density = Real(0.0f);  // of log q, its parameters moving under a still epsilon
    if constexpr (kGradient == SampleGradient::total) {
      d_density = Real(0.5f) * kl;
    } else {
      d_sample = d_sample - kl * eps * exp(Real(-0.5f) * log_var.value);
    }
    if constexpr (kGradient == SampleGradient::doubly) d_sample = d_sample * Real(1 - beta + beta * weight);
    return {Real(0.0f), {d_sample, (Real(0.5f) * d_sample * sigma_eps - d_density) * log_var.derivative}};
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
