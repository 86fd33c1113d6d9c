// A matrix product as a value, for whichever library computes it.
#pragma once

#include <cstdint>

#include "src/backend/backend.hpp"

namespace cuvae {

enum class Layout { as_is, transposed };

// c (+)= op(a) op(b), with op(a) [m, k] and op(b) [k, n], all row-major.
struct Gemm {
  std::int64_t m = 0, n = 0, k = 0;
  const float* a = nullptr;
  std::int64_t lda = 0;
  Layout layout_a = Layout::as_is;
  const float* b = nullptr;
  std::int64_t ldb = 0;
  Layout layout_b = Layout::as_is;
  float* c = nullptr;
  std::int64_t ldc = 0;
  GradientMode mode = GradientMode::overwrite;
};

}  // namespace cuvae
