// -log of the probability that a logistic distribution gives to the bin of x, one of 256 levels k / 255
// (Kingma et al., 2016; Salimans et al., 2017). In units of a level, with location m and scale s,
//
//   above = (255 (x - m) + 1/2) t,   below = (255 (x - m) - 1/2) t,   t = 1 / (255 s),   s = sqrt(3 v) / pi,
//
// with v = exp(log_var) the variance, the bin's mass is sigmoid(above) - sigmoid(below). Its logarithm
// without cancellation, for above - below = t:
//
//   log(sigmoid(above) - sigmoid(below)) = log(1 - exp(-t)) - softplus(-above) - softplus(below)
//
// The first level has all mass below its bin too, the last all above: -softplus(-above) and -softplus(below)
// alone. Both softplus keep their 1 + exp(-|a|), in (1, 2], for the loop's logarithm.
#pragma once

#include "kernels/ops/location_nll.hpp"

namespace cuvae::ops {

struct DiscretizedLogistic {
  static constexpr float kTop = 255;                           // the last level
  static constexpr float kPerDeviation = 0.0071129386832714f;  // pi / (255 sqrt 3)

  // softplus(a) = `linear` + log(`factor`), and its derivative.
  template <class Real>
  struct Softplus {
    Real linear, factor, sigmoid;
  };
  template <class Real>
  static CUVAE_HD Softplus<Real> softplus(Real a) {
    using std::abs, std::exp;
    const Real e = exp(-abs(a)), factor = Real(1.0f) + e;
    return {max(a, Real(0.0f)), factor, select(a >= Real(0.0f), Real(1.0f), e) / factor};
  }

  template <class Real>
  static CUVAE_HD LocationTerm<Real> nll(Real location, Real x, Real log_var) {
    using std::exp, std::expm1, std::log;
    const Real zero(0.0f), one(1.0f);
    const Real levels = Real(kTop) * (x - location);
    const Real t = Real(kPerDeviation) * exp(Real(-0.5f) * log_var);
    const Real above = (levels + Real(0.5f)) * t, below = (levels - Real(0.5f)) * t;
    const Real inside = -expm1(-t);  // 1 - exp(-t)
    const auto is_first = x<Real(0.5f / kTop), is_last = x> Real(1.0f - 0.5f / kTop);
    const Softplus<Real> beyond = softplus(-above), before = softplus(below);
    const Real above_part = select(is_last, zero, beyond.sigmoid);
    const Real below_part = select(is_first, zero, before.sigmoid);
    const auto between = [&](Real value) { return select(is_first, zero, select(is_last, zero, value)); };
    return {
        select(is_last, zero, beyond.linear) + select(is_first, zero, before.linear) - between(log(inside)),
        Real(kTop) * t * (above_part - below_part),
        Real(0.5f) * (above * above_part - below * below_part + between(t / inside - t)),
        select(is_last, one, beyond.factor) * select(is_first, one, before.factor)};
  }
};

using DiscretizedLogisticNll = LocationNll<DiscretizedLogistic, 1>;
using DiscretizedLogisticNllLearned = LocationNll<DiscretizedLogistic, 2>;

}  // namespace cuvae::ops
