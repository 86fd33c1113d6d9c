// A KL that is held back or held up, of the batch's mean: free bits (Kingma et al., 2016, section 4.1.2:
// the KL of a dimension costs no less than so much) and a capacity (Burgess et al., 2018: it is drawn to so
// much). Each gives a factor of the KL's gradient, its gate, and what it adds to the sum of the KLs.
#pragma once

#include "kernels/ops/gaussian_latent.hpp"

namespace cuvae::ops {

// Each element's part of a row's KL.
struct KlOfElement {
  static constexpr int kIn = 2;   // mean, log_var before its bound
  static constexpr int kOut = 1;  // KL
  static constexpr Noise kNoise = Noise::none;

  template <class Real>
  CUVAE_HD Term<Real, kOut> operator()(const Real (&in)[kIn]) const {
    return {Real(0.0f), {gaussian_kl(in[0], soft_bound(in[1]).value)}};
  }
};

// Of a dimension, or of their sum: max(least, KL) in place of the KL.
struct FreeBits {
  static constexpr int kIn = 1;   // sum of the KL over the rows of the batch
  static constexpr int kOut = 1;  // gate
  static constexpr Noise kNoise = Noise::none;
  static constexpr bool kHasLoss = true;
  float least = 0;
  float rows = 1, kl_weight = 1;

  CUVAE_HD FreeBits at(const StepState& state) const {
    return {least, state.pass.batch_rows, state.pass.kl_weight};
  }

  template <class Real>
  CUVAE_HD Term<Real, kOut> operator()(const Real (&in)[kIn]) const {
    const Real lacks = Real(least) - in[0] / Real(rows);
    return {Real(rows * kl_weight) * select(lacks <= Real(0.0f), Real(0.0f), lacks),
            {select(lacks >= Real(0.0f), Real(0.0f), select(lacks < Real(0.0f), Real(1.0f), lacks))}};
  }
};

// |KL - capacity| in place of the KL, of the sum over dimensions.
struct KlCapacity {
  static constexpr int kIn = 1;   // sum of the KL over the rows of the batch
  static constexpr int kOut = 1;  // gate
  static constexpr Noise kNoise = Noise::none;
  static constexpr bool kHasLoss = true;
  float capacity = 0, rows = 1, kl_weight = 1;

  CUVAE_HD KlCapacity at(const StepState& state) const {
    return {state.pass.kl_capacity, state.pass.batch_rows, state.pass.kl_weight};
  }

  template <class Real>
  CUVAE_HD Term<Real, kOut> operator()(const Real (&in)[kIn]) const {
    using std::abs;
    const Real kl = in[0] / Real(rows), beyond = kl - Real(capacity);
    return {Real(rows * kl_weight) * (abs(beyond) - kl),
            {select(beyond > Real(0.0f), Real(1.0f), select(beyond < Real(0.0f), Real(-1.0f), beyond))}};
  }
};

// The backward of SampleLatent under a gate.
struct GatedLatentBackward {
  static constexpr int kIn = 4;   // mean, log_var before its bound, d objective / d z, gate
  static constexpr int kOut = 2;  // d objective / d mean, d objective / d (log_var before its bound)
  static constexpr Noise kNoise = Noise::normal;
  float kl_weight = 1;  // times the row's weight

  CUVAE_HD GatedLatentBackward at(const StepState& state) const {
    return {state.pass.kl_weight * state.pass.row_weight};
  }

  template <class Real>
  CUVAE_HD Term<Real, kOut> operator()(const Real (&in)[kIn], Real eps) const {
    return latent_gradient(in[0], in[1], in[2], eps, Real(kl_weight) * in[3]);
  }
};

}  // namespace cuvae::ops
