// Small ops between the large ones.
#pragma once

#include "kernels/ops/row_op.hpp"

namespace cuvae::ops {

struct Sum {
  static constexpr int kIn = 2;
  static constexpr int kOut = 1;
  static constexpr Noise kNoise = Noise::none;

  template <class Real>
  CUVAE_HD Term<Real, kOut> operator()(const Real (&in)[kIn]) const {
    return {Real(0.0f), {in[0] + in[1]}};
  }
};

// Of a row.
struct SumOfSquares {
  static constexpr int kIn = 1;
  static constexpr int kOut = 0;
  static constexpr Noise kNoise = Noise::none;
  static constexpr bool kHasLoss = true;

  template <class Real>
  CUVAE_HD Term<Real, kOut> operator()(const Real (&in)[kIn]) const {
    return {in[0] * in[0], {}};
  }
};

// A gradient over its norm, whose square is the row's value; zero stays zero (block-normalized gradients;
// Yu et al., 2017).
struct DivideByNorm {
  static constexpr int kIn = 1;
  static constexpr int kOut = 1;
  static constexpr Noise kNoise = Noise::none;
  static constexpr float kTiny = 1e-7f;
  float square = 1;

  CUVAE_HD DivideByNorm of_row(float value) const { return {value}; }

  template <class Real>
  CUVAE_HD Term<Real, kOut> operator()(const Real (&in)[kIn]) const {
    using std::sqrt;
    return {Real(0.0f), {in[0] / (sqrt(Real(square)) + Real(kTiny))}};
  }
};

// A learned input, kept in [0, 1] where data is.
struct ClampUnit {
  static constexpr int kIn = 1;
  static constexpr int kOut = 1;
  static constexpr Noise kNoise = Noise::none;

  template <class Real>
  CUVAE_HD Term<Real, kOut> operator()(const Real (&in)[kIn]) const {
    const Real low = select(in[0] <= Real(0.0f), Real(0.0f), in[0]);  // NaN stays one
    return {Real(0.0f), {select(low >= Real(1.0f), Real(1.0f), low)}};
  }
};

struct ClampUnitBackward {
  static constexpr int kIn = 2;   // d objective / d clamped, the value before
  static constexpr int kOut = 1;  // d objective / d value
  static constexpr Noise kNoise = Noise::none;

  template <class Real>
  CUVAE_HD Term<Real, kOut> operator()(const Real (&in)[kIn]) const {
    const Real x = in[1];
    const Real outside =
        select(x > Real(0.0f), Real(0.0f), select(x <= Real(0.0f), Real(0.0f), x));  // or NaN
    const Real inside = select(x > Real(0.0f), select(x < Real(1.0f), Real(1.0f), outside), outside);
    return {Real(0.0f), {in[0] * inside}};
  }
};

}  // namespace cuvae::ops
