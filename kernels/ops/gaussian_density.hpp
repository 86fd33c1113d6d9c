// Densities of latents under other Gaussians than N(0, I): one that a decoder gives, and the components of a
// mixture. Every log-variance comes before its soft bound.
#pragma once

#include "kernels/ops/log_two_pi.hpp"
#include "kernels/ops/soft_bound.hpp"
#include "kernels/ops/step_state.hpp"

namespace cuvae::ops {

// -log N(z; mean, exp(log_var)), as a part of a row's KL, and its gradients.
struct GaussianDensity {
  static constexpr int kIn = 3;   // z, mean, log_var
  static constexpr int kOut = 3;  // d objective / d z, d mean, d log_var
  static constexpr Noise kNoise = Noise::none;
  static constexpr bool kHasLoss = true;
  float kl_weight = 1;  // times the row's weight

  CUVAE_HD GaussianDensity at(const StepState& state) const {
    return {state.pass.kl_weight * state.pass.row_weight};
  }

  template <class Real>
  CUVAE_HD Term<Real, kOut> operator()(const Real (&in)[kIn]) const {
    using std::exp;
    const auto& [z, mean, raw] = in;
    const Bounded<Real> log_var = soft_bound(raw);
    const Real difference = z - mean, scaled = difference * exp(-log_var.value);
    const Real square = difference * scaled, d_z = Real(kl_weight) * scaled;
    return {Real(0.5f) * (square + log_var.value + Real(kLogTwoPi)),
            {d_z, -d_z, Real(0.5f * kl_weight) * (Real(1.0f) - square) * log_var.derivative}};
  }
};

// The loss alone: of a latent under one component of a mixture.
struct ComponentDensity {
  static constexpr int kIn = 3;  // z, mean, log_var
  static constexpr int kOut = 0;
  static constexpr Noise kNoise = Noise::none;
  static constexpr bool kHasLoss = true;

  template <class Real>
  CUVAE_HD Term<Real, kOut> operator()(const Real (&in)[kIn]) const {
    return {GaussianDensity{}(in).loss, {}};
  }
};

// The gradients of -log p(z), p a mixture: those under each component, times the component's share of p(z).
struct ComponentToLatent {
  static constexpr int kIn = 3;   // z, mean, log_var
  static constexpr int kOut = 1;  // d objective / d z
  static constexpr Noise kNoise = Noise::none;
  float factor = 1;     // of -log p(z) among what is minimised
  float kl_weight = 1;  // times the row's weight and the factor
  float share = 1;      // times the sample's weight

  CUVAE_HD ComponentToLatent at(const StepState& state) const {
    return {factor, factor * state.pass.kl_weight * state.pass.row_weight, share};
  }
  CUVAE_HD ComponentToLatent of_row(float value) const { return {factor, kl_weight, value}; }

  template <class Real>
  CUVAE_HD Term<Real, kOut> operator()(const Real (&in)[kIn]) const {
    return {Real(0.0f), {GaussianDensity{kl_weight * share}(in).out[0]}};
  }
};

struct LatentToComponent {
  static constexpr int kIn = 3;   // z, mean, log_var
  static constexpr int kOut = 2;  // d objective / d mean, d log_var
  static constexpr Noise kNoise = Noise::none;
  float factor = 1;     // of -log p(z) among what is minimised
  float kl_weight = 1;  // times the row's weight and the factor
  float share = 1;      // times the sample's weight

  CUVAE_HD LatentToComponent at(const StepState& state) const {
    return {factor, factor * state.pass.kl_weight * state.pass.row_weight, share};
  }
  CUVAE_HD LatentToComponent of_row(float value) const { return {factor, kl_weight, value}; }

  template <class Real>
  CUVAE_HD Term<Real, kOut> operator()(const Real (&in)[kIn]) const {
    const Term<Real, 3> term = GaussianDensity{kl_weight * share}(in);
    return {Real(0.0f), {term.out[1], term.out[2]}};
  }
};

}  // namespace cuvae::ops
