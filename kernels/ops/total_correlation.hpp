// The product of the marginals of q(z) = mean over j of q(z|x_j), each estimated from the posteriors of a
// batch (Chen et al., 2018); with q(z) itself (gaussian_density.hpp) it gives the total correlation
// TC = log q(z) - sum over d of log q(z_d). Every log-variance comes before its soft bound.
#pragma once

#include "kernels/ops/log_two_pi.hpp"
#include "kernels/ops/soft_bound.hpp"
#include "kernels/ops/step_state.hpp"

namespace cuvae::ops {

// One dimension of z under one posterior, times the pair's weight: it lies far from overflow and, where the
// posterior is z's own, from zero, so that a plain sum over the posteriors will do.
struct DimensionDensity {
  static constexpr int kIn = 3;   // z, mean, log_var
  static constexpr int kOut = 1;  // density
  static constexpr Noise kNoise = Noise::none;
  float cost = 0;  // of the pair

  CUVAE_HD DimensionDensity of_row(float value) const { return {value}; }

  template <class Real>
  CUVAE_HD Term<Real, kOut> operator()(const Real (&in)[kIn]) const {
    using std::exp;
    const auto& [z, mean, raw] = in;
    const Real log_var = soft_bound(raw).value, difference = z - mean;
    const Real square = difference * difference * exp(-log_var);
    return {Real(0.0f), {exp(Real(-0.5f) * (square + log_var + Real(kLogTwoPi)) - Real(cost))}};
  }
};

// log of a mean of so many terms, of their sum.
struct LogOfMean {
  static constexpr int kIn = 1;
  static constexpr int kOut = 0;
  static constexpr Noise kNoise = Noise::none;
  static constexpr bool kHasLoss = true;
  float log_terms = 0;

  template <class Real>
  CUVAE_HD Term<Real, kOut> operator()(const Real (&in)[kIn]) const {
    using std::log;
    return {log(in[0]) - Real(log_terms), {}};
  }
};

// The gradients of -sum over d of log q(z_d): those under each posterior, times its share of the density.
struct DimensionGradient {
  float kl_weight = 1;  // times the row's weight and the factor
  float cost = 0;       // of the pair

  template <class Real>
  CUVAE_HD Term<Real, 3> operator()(const Real (&in)[4]) const {
    using std::exp;
    const auto& [z, mean, raw, density] = in;
    const Bounded<Real> log_var = soft_bound(raw);
    const Real difference = z - mean, scaled = difference * exp(-log_var.value), square = difference * scaled;
    const Real own = exp(Real(-0.5f) * (square + log_var.value + Real(kLogTwoPi)) - Real(cost));
    // A row that is not active has no density, and no gradient.
    const Real share = Real(kl_weight) * select(density <= Real(0.0f), Real(0.0f), own / density);
    const Real d_z = share * scaled;
    return {Real(0.0f), {d_z, -d_z, Real(0.5f) * share * (Real(1.0f) - square) * log_var.derivative}};
  }
};

struct DimensionsToLatent {
  static constexpr int kIn = 4;   // z, mean, log_var, density
  static constexpr int kOut = 1;  // d objective / d z
  static constexpr Noise kNoise = Noise::none;
  float factor = 1;  // of -sum log q(z_d) among what is minimised
  DimensionGradient gradient{};

  CUVAE_HD DimensionsToLatent at(const StepState& state) const {
    return {factor, {factor * state.pass.kl_weight * state.pass.row_weight}};
  }
  CUVAE_HD DimensionsToLatent of_row(float value) const { return {factor, {gradient.kl_weight, value}}; }

  template <class Real>
  CUVAE_HD Term<Real, kOut> operator()(const Real (&in)[kIn]) const {
    return {Real(0.0f), {gradient(in).out[0]}};
  }
};

struct DimensionsToPosterior {
  static constexpr int kIn = 4;   // z, mean, log_var, density
  static constexpr int kOut = 2;  // d objective / d mean, d log_var
  static constexpr Noise kNoise = Noise::none;
  float factor = 1;  // of -sum log q(z_d) among what is minimised
  DimensionGradient gradient{};

  CUVAE_HD DimensionsToPosterior at(const StepState& state) const {
    return {factor, {factor * state.pass.kl_weight * state.pass.row_weight}};
  }
  CUVAE_HD DimensionsToPosterior of_row(float value) const { return {factor, {gradient.kl_weight, value}}; }

  template <class Real>
  CUVAE_HD Term<Real, kOut> operator()(const Real (&in)[kIn]) const {
    const Term<Real, 3> term = gradient(in);
    return {Real(0.0f), {term.out[1], term.out[2]}};
  }
};

// A row's -TC, as a part of what is minimised.
struct WeighTotalCorrelation {
  static constexpr int kIn = 1;
  static constexpr int kOut = 1;
  static constexpr Noise kNoise = Noise::none;
  float factor = 1, kl_weight = 1;

  CUVAE_HD WeighTotalCorrelation at(const StepState& state) const { return {factor, state.pass.kl_weight}; }

  template <class Real>
  CUVAE_HD Term<Real, kOut> operator()(const Real (&in)[kIn]) const {
    return {Real(0.0f), {Real(-factor * kl_weight) * in[0]}};
  }
};

}  // namespace cuvae::ops
