// log(exp(x_1) + exp(x_2) + ...) in one pass, with the running maximum, so that nothing overflows (Milakov &
// Gimelshein, 2018). Parts of a sum can be merged. NaN stays NaN.
#pragma once

#include <cfloat>
#include <cmath>

#include "kernels/ops/row_op.hpp"

namespace cuvae::ops {

template <class Real>
struct LogSumExp {
  Real largest = Real(-FLT_MAX);
  Real sum = Real(0.0f);  // of exp(x - largest)

  CUVAE_HD void add(Real x) { merge({x, Real(1.0f)}); }

  CUVAE_HD void merge(const LogSumExp& other) {
    using std::exp;
    const Real both = max(largest, other.largest);
    sum = sum * exp(largest - both) + other.sum * exp(other.largest - both);
    largest = both;
  }

  // exp(x) as a part of the sum.
  CUVAE_HD Real share(Real x) const {
    using std::exp;
    return exp(x - largest) / sum;
  }

  CUVAE_HD Real value() const {
    using std::log;
    return largest + log(sum);
  }
};

}  // namespace cuvae::ops
