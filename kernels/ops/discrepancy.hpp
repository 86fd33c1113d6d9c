// The maximum mean discrepancy of q(z) and p(z) under a Gaussian kernel (Gretton et al., 2012; as the
// InfoVAE has it: Zhao et al., 2017), from a sample z_i of each row's q(z|x) and as many p_i of p(z):
//
//   MMD = mean k(z_i, z_j) + mean k(p_i, p_j) - 2 mean k(z_i, p_j),   k(a, b) = exp(-|a - b|^2 / (2 Z))
//
// whose width is the latent dimension Z, half of what |p_i - p_j|^2 is on average.
#pragma once

#include "kernels/ops/row_op.hpp"
#include "kernels/ops/step_state.hpp"

namespace cuvae::ops {

// -log k(a, b)
struct KernelCost {
  static constexpr int kIn = 2;
  static constexpr int kOut = 0;
  static constexpr Noise kNoise = Noise::none;
  static constexpr bool kHasLoss = true;
  float width = 1;

  template <class Real>
  CUVAE_HD Term<Real, kOut> operator()(const Real (&in)[kIn]) const {
    const Real difference = in[0] - in[1];
    return {Real(0.5f / width) * difference * difference, {}};
  }
};

// From minus its logarithm.
struct KernelMean {
  static constexpr int kIn = 1;
  static constexpr int kOut = 1;
  static constexpr Noise kNoise = Noise::none;

  template <class Real>
  CUVAE_HD Term<Real, kOut> operator()(const Real (&in)[kIn]) const {
    using std::exp;
    return {Real(0.0f), {exp(-in[0])}};
  }
};

// d k(a, b) / d a
struct KernelToLatent {
  static constexpr int kIn = 2;
  static constexpr int kOut = 1;
  static constexpr Noise kNoise = Noise::none;
  float width = 1;
  float factor = 1;      // of the kernel's mean among what is minimised
  float row_weight = 1;  // times the factor
  float kernel = 1;      // times the pair's weight

  CUVAE_HD KernelToLatent at(const StepState& state) const {
    return {width, factor, factor * state.pass.row_weight, kernel};
  }
  CUVAE_HD KernelToLatent of_row(float value) const { return {width, factor, row_weight, value}; }

  template <class Real>
  CUVAE_HD Term<Real, kOut> operator()(const Real (&in)[kIn]) const {
    return {Real(0.0f), {Real(-row_weight * kernel / width) * (in[0] - in[1])}};
  }
};

// A row's part of what is minimised.
struct Discrepancy {
  static constexpr int kIn = 3;  // the row's mean kernels of z and z, of p and p, of z and p
  static constexpr int kOut = 1;
  static constexpr Noise kNoise = Noise::none;
  float factor = 1;

  template <class Real>
  CUVAE_HD Term<Real, kOut> operator()(const Real (&in)[kIn]) const {
    return {Real(0.0f), {Real(factor) * (in[0] + in[1] - in[2] - in[2])}};
  }
};

}  // namespace cuvae::ops
