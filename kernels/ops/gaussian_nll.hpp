// -log N(x; mean, exp(log_var)) = ((x - mean)^2 exp(-log_var) + log_var + log 2 pi) / 2 and its gradients.
#pragma once

#include "kernels/ops/location_nll.hpp"
#include "kernels/ops/log_two_pi.hpp"

namespace cuvae::ops {

struct Gaussian {
  template <class Real>
  static CUVAE_HD LocationTerm<Real> nll(Real mean, Real x, Real log_var) {
    using std::exp;
    const Real difference = mean - x, d_mean = difference * exp(-log_var);
    const Real scaled_square = difference * d_mean;
    return {Real(0.5f) * (scaled_square + log_var + Real(kLogTwoPi)), d_mean,
            Real(0.5f) * (Real(1.0f) - scaled_square)};
  }
};

using GaussianNll = LocationNll<Gaussian, 1>;
using GaussianNllLearned = LocationNll<Gaussian, 2>;

}  // namespace cuvae::ops
