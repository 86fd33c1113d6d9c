// 1 / (1 + exp(-y)), without overflow for any y.
#pragma once

#include "kernels/ops/row_op.hpp"

namespace cuvae::ops {

template <class Real>
CUVAE_HD Real sigmoid(Real y) {
  using std::abs, std::exp;
  const Real e = exp(-abs(y));  // in (0, 1]
  return select(y >= Real(0.0f), Real(1.0f), e) / (Real(1.0f) + e);
}

}  // namespace cuvae::ops
