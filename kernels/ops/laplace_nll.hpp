// -log of a Laplace density with this location m and variance v = exp(log_var), of scale b = sqrt(v / 2):
// |x - m| / b + log 2b, and its gradients sign(m - x) / b and (1 - |x - m| / b) / 2.
#pragma once

#include "kernels/ops/location_nll.hpp"

namespace cuvae::ops {

struct Laplace {
  static constexpr float kRootTwo = 1.4142135623730950488f, kLogTwo = 0.69314718055994530942f;

  template <class Real>
  static CUVAE_HD LocationTerm<Real> nll(Real location, Real x, Real log_var) {
    using std::abs, std::exp;
    const Real difference = location - x;
    const Real inverse_scale = Real(kRootTwo) * exp(Real(-0.5f) * log_var);
    const Real distance = abs(difference) * inverse_scale;
    // The difference itself where it is 0, or not a number.
    const Real sign =
        select(difference > Real(0.0f), Real(1.0f), select(difference < Real(0.0f), Real(-1.0f), difference));
    return {distance + Real(0.5f) * (log_var + Real(kLogTwo)), sign * inverse_scale,
            Real(0.5f) * (Real(1.0f) - distance)};
  }
};

using LaplaceNll = LocationNll<Laplace, 1>;
using LaplaceNllLearned = LocationNll<Laplace, 2>;

}  // namespace cuvae::ops
