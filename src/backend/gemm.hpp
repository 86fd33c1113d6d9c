// A matrix product as a value, for whichever library computes it.
#pragma once

#include <cstdint>

#include "src/backend/backend.hpp"

namespace cuvae {

enum class Layout { as_is, transposed };

// What a library may do with a product on its way out, if it offers that.
enum class Epilogue {
  none,
  bias,           // c + bias
  bias_relu,      // ReLU(c + bias); a bit for each positive one into aux, where it is not null
  bias_gelu,      // GELU(c + bias); c + bias into aux, where it is not null
  relu_backward,  // c where the bit of aux is set, else 0
  gelu_backward,  // c times the GELU's derivative at aux
  bias_gradient,  // c, and the row sums of op(a) into bias [m]
};

// c (+)= op(a) op(b), with op(a) [m, k] and op(b) [k, n], all row-major; bias [n] but for bias_gradient.
struct Gemm {
  std::int64_t m = 0, n = 0, k = 0;
  ops::Input a;
  Layout layout_a = Layout::as_is;
  ops::Input b;
  Layout layout_b = Layout::as_is;
  ops::Output c;
  GradientMode mode = GradientMode::overwrite;
  Epilogue epilogue = Epilogue::none;
  void* bias = nullptr;  // of the type of c
  ops::Output aux = {};
};

}  // namespace cuvae
