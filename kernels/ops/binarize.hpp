// Grey values to binary ones. Dynamic: x = 1 with the value as its probability, drawn anew each time
// (Salakhutdinov & Murray, 2008); threshold: x = 1 above one half.
#pragma once

#include "kernels/ops/row_op.hpp"

namespace cuvae::ops {

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

}  // namespace cuvae::ops
