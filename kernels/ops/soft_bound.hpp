// The soft bound on a log-variance before it is exponentiated: the identity for |raw| <= 10, else
// sign(raw) (10 + 5 tanh((|raw| - 10) / 5)), which stays inside (-15, 15) and is smooth at 10.
#pragma once

#include "kernels/ops/row_op.hpp"

namespace cuvae::ops {

template <class Real>
struct Bounded {
  Real value, derivative;
};

template <class Real>
CUVAE_HD Bounded<Real> soft_bound(Real raw) {
  using std::abs, std::exp;
  const Real beyond = abs(raw) - Real(10.0f);
  const Real e = exp(max(beyond, Real(0.0f)) * Real(-0.4f));
  const Real t =
      (Real(1.0f) - e) / (Real(1.0f) + e);  // tanh(beyond / 5), to an absolute error: 10 is added to it
  const Real magnitude = Real(10.0f) + Real(5.0f) * t;
  const auto outside = beyond > Real(0.0f);  // false for NaN, which stays NaN
  return {select(outside, select(raw >= Real(0.0f), magnitude, -magnitude), raw),
          select(outside, Real(1.0f) - t * t, Real(1.0f))};
}

// The raw number that the bound turns into `value`, |value| < 15; of the host, for one that is given.
inline double before_soft_bound(double value) {
  const double beyond = std::abs(value) - 10;
  return beyond > 0 ? std::copysign(10 + 5 * std::atanh(beyond / 5), value) : value;
}

}  // namespace cuvae::ops
