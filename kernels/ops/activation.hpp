// Activations with the bias before them, and their derivatives. Where the derivative can be had from the
// output, the input is not kept (kKeepsInput).
#pragma once

#include "kernels/ops/row_op.hpp"
#include "kernels/ops/sigmoid.hpp"

namespace cuvae::ops {

struct Identity {
  static constexpr bool kKeepsInput = false;
  template <class Real>
  static CUVAE_HD Real value(Real y) {
    return y;
  }
  template <class Real>
  static CUVAE_HD Real derivative(Real) {
    return Real(1.0f);
  }
};

struct Relu {
  static constexpr bool kKeepsInput = false;
  // A NaN must stay one, or a broken layer would pass for a dead one.
  template <class Real>
  static CUVAE_HD Real value(Real y) {
    return select(y <= Real(0.0f), Real(0.0f), y);
  }
  template <class Real>
  static CUVAE_HD Real derivative(Real h) {
    return select(h > Real(0.0f), Real(1.0f), Real(0.0f));
  }
};

struct Tanh {
  static constexpr bool kKeepsInput = false;
  template <class Real>
  static CUVAE_HD Real value(Real y) {
    using std::tanh;
    return tanh(y);
  }
  template <class Real>
  static CUVAE_HD Real derivative(Real h) {
    return Real(1.0f) - h * h;
  }
};

struct Softplus {
  static constexpr bool kKeepsInput = false;
  template <class Real>
  static CUVAE_HD Real value(Real y) {
    using std::abs, std::exp, std::log1p;
    return max(y, Real(0.0f)) + log1p(exp(-abs(y)));
  }
  // sigmoid(y) = 1 - exp(-softplus(y))
  template <class Real>
  static CUVAE_HD Real derivative(Real h) {
    using std::expm1;
    return -expm1(-h);
  }
};

struct Silu {
  static constexpr bool kKeepsInput = true;
  template <class Real>
  static CUVAE_HD Real value(Real y) {
    return y * sigmoid(y);
  }
  template <class Real>
  static CUVAE_HD Real derivative(Real y) {
    const Real s = sigmoid(y);
    return s * (Real(1.0f) + y * (Real(1.0f) - s));
  }
};

// The tanh approximation of Hendrycks & Gimpel (2016), as in cuBLASLt's epilogue:
// y/2 (1 + tanh(sqrt(2/pi) (y + 0.044715 y^3))).
struct Gelu {
  static constexpr bool kKeepsInput = true;
  static constexpr float kSlope = 0.7978845608028654f, kCubic = 0.044715f;
  template <class Real>
  static CUVAE_HD Real bend(Real y) {
    using std::tanh;
    return tanh(Real(kSlope) * (y + Real(kCubic) * y * y * y));
  }
  template <class Real>
  static CUVAE_HD Real value(Real y) {
    return Real(0.5f) * y * (Real(1.0f) + bend(y));
  }
  template <class Real>
  static CUVAE_HD Real derivative(Real y) {
    const Real t = bend(y);
    const Real inner = Real(kSlope) * (Real(1.0f) + Real(3.0f * kCubic) * y * y);
    return Real(0.5f) * (Real(1.0f) + t) + Real(0.5f) * y * (Real(1.0f) - t * t) * inner;
  }
};

template <class Function>
struct BiasActivation {
  static constexpr int kIn = 2;                               // product, bias
  static constexpr int kOut = Function::kKeepsInput ? 2 : 1;  // h [, y = product + bias]
  static constexpr Noise kNoise = Noise::none;

  template <class Real>
  CUVAE_HD Term<Real, kOut> operator()(const Real (&in)[kIn]) const {
    const Real y = in[0] + in[1];
    if constexpr (Function::kKeepsInput) {
      return {Real(0.0f), {Function::value(y), y}};
    } else {
      return {Real(0.0f), {Function::value(y)}};
    }
  }
};

template <class Function>
struct ActivationBackward {
  static constexpr int kIn = 2;   // d objective / d h, and h or y, whichever was kept
  static constexpr int kOut = 1;  // d objective / d y
  static constexpr Noise kNoise = Noise::none;

  template <class Real>
  CUVAE_HD Term<Real, kOut> operator()(const Real (&in)[kIn]) const {
    return {Real(0.0f), {in[0] * Function::derivative(in[1])}};
  }
};

}  // namespace cuvae::ops
