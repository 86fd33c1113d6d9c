// What becomes of a stored value. It may be kept, or made binary. Dynamic: x = 1 with the value as its
// probability, drawn anew each time (Salakhutdinov & Murray, 2008), or once for all; threshold: x = 1 above
// one half.
#pragma once

#include "kernels/ops/row_op.hpp"

namespace cuvae::ops {

struct KeepValue {
  static constexpr int kIn = 1;
  static constexpr int kOut = 1;
  static constexpr Noise kNoise = Noise::none;

  template <class Real>
  CUVAE_HD Term<Real, kOut> operator()(const Real (&in)[kIn]) const {
    return {Real(0.0f), {in[0]}};
  }
};

struct BinarizeDynamic {
  static constexpr int kIn = 1;
  static constexpr int kOut = 1;
  static constexpr Noise kNoise = Noise::uniform;

  template <class Real>
  CUVAE_HD Term<Real, kOut> operator()(const Real (&in)[kIn], Real u) const {
    return {Real(0.0f), {select(u < in[0], Real(1.0f), Real(0.0f))}};
  }
};

struct BinarizeThreshold {
  static constexpr int kIn = 1;
  static constexpr int kOut = 1;
  static constexpr Noise kNoise = Noise::none;

  template <class Real>
  CUVAE_HD Term<Real, kOut> operator()(const Real (&in)[kIn]) const {
    return {Real(0.0f), {select(in[0] > Real(0.5f), Real(1.0f), Real(0.0f))}};
  }
};

// The input op: a stored value, scaled, then `Rule`. A second output is the first one, for a loop to store in
// another form. kGathers: the loop reads the data-set row behind each row.
template <class Rule, int kOutputs>
struct LoadInput {
  static constexpr int kIn = 1;
  static constexpr int kOut = kOutputs;
  static constexpr Noise kNoise = Rule::kNoise;
  static constexpr bool kGathers = true;
  float scale = 1;

  template <class Real>
  CUVAE_HD Term<Real, kOut> operator()(const Real (&in)[kIn]) const {
    const Real scaled[1] = {in[0] * Real(scale)};
    return repeated(Rule{}(scaled).out[0]);
  }
  template <class Real>
  CUVAE_HD Term<Real, kOut> operator()(const Real (&in)[kIn], Real noise) const {
    const Real scaled[1] = {in[0] * Real(scale)};
    return repeated(Rule{}(scaled, noise).out[0]);
  }

 private:
  template <class Real>
  static CUVAE_HD Term<Real, kOut> repeated(Real value) {
    Term<Real, kOut> term{Real(0.0f), {}};
    for (int k = 0; k < kOut; ++k) term.out[k] = value;
    return term;
  }
};

}  // namespace cuvae::ops
