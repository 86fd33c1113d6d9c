// The gated linear unit (Dauphin et al., 2017): h = a sigmoid(g), where a and g are two affine functions of
// what the layer reads.
#pragma once

#include "kernels/ops/row_op.hpp"
#include "kernels/ops/sigmoid.hpp"

namespace cuvae::ops {

struct Glu {
  static constexpr int kIn = 2;   // a, g
  static constexpr int kOut = 1;  // h
  static constexpr Noise kNoise = Noise::none;

  template <class Real>
  CUVAE_HD Term<Real, kOut> operator()(const Real (&in)[kIn]) const {
    return {Real(0.0f), {in[0] * sigmoid(in[1])}};
  }
};

struct GluBackward {
  static constexpr int kIn = 3;   // d objective / d h, a, g
  static constexpr int kOut = 2;  // d objective / d a, d objective / d g
  static constexpr Noise kNoise = Noise::none;

  template <class Real>
  CUVAE_HD Term<Real, kOut> operator()(const Real (&in)[kIn]) const {
    using std::abs, std::exp;
    const auto& [d_h, a, g] = in;
    const Real e = exp(-abs(g)), factor = Real(1.0f) + e;
    const Real slope = e / (factor * factor);  // sigmoid (1 - sigmoid), without its cancellation
    return {Real(0.0f), {d_h * sigmoid(g), d_h * a * slope}};
  }
};

}  // namespace cuvae::ops
