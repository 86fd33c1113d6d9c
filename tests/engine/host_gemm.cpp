#include "engine/host_gemm.hpp"

#include <cmath>
#include <cstring>

#include "kernels/ops/activation.hpp"

namespace cuvae::test {
namespace {

double value(const void* data, ops::Element element, std::int64_t index) {
  if (element == ops::Element::bf16)
    return static_cast<double>(static_cast<const ops::Bf16*>(data)[index].value());
  return static_cast<double>(static_cast<const float*>(data)[index]);
}

void put(void* data, ops::Element element, std::int64_t index, double number) {
  const auto rounded = static_cast<float>(number);
  if (element == ops::Element::bf16) {
    static_cast<ops::Bf16*>(data)[index] = ops::Bf16::from(rounded);
  } else {
    static_cast<float*>(data)[index] = rounded;
  }
}

double at(const ops::Input& matrix, Layout layout, std::int64_t row, std::int64_t col) {
  return value(matrix.data, matrix.element,
               layout == Layout::as_is ? row * matrix.ld + col : col * matrix.ld + row);
}

// A bit of a ReLU's mask; rows of it are 32 bits times the leading dimension.
struct Bit {
  std::uint32_t* word;
  std::uint32_t mask;
};
Bit bit(const ops::Output& aux, std::int64_t row, std::int64_t col) {
  return {static_cast<std::uint32_t*>(aux.data) + row * aux.ld + col / 32, std::uint32_t{1} << (col % 32)};
}

void set_bit(const ops::Output& aux, std::int64_t row, std::int64_t col, bool on) {
  if (aux.data == nullptr) return;
  const Bit b = bit(aux, row, col);
  *b.word = on ? *b.word | b.mask : *b.word & ~b.mask;
}

double with_epilogue(const Gemm& p, std::int64_t row, std::int64_t col, double sum) {
  switch (p.epilogue) {
    case Epilogue::none:
    case Epilogue::bias_gradient:
      return sum;
    case Epilogue::bias:
      return sum + value(p.bias, p.c.element, col);
    case Epilogue::bias_relu: {
      const double y = sum + value(p.bias, p.c.element, col);
      set_bit(p.aux, row, col, y > 0);
      return y > 0 ? y : 0;
    }
    case Epilogue::bias_gelu: {
      const double y = sum + value(p.bias, p.c.element, col);
      if (p.aux.data != nullptr) put(p.aux.data, p.c.element, row * p.aux.ld + col, y);
      return ops::Gelu::value(y);
    }
    case Epilogue::relu_backward: {
      const Bit b = bit(p.aux, row, col);
      return (*b.word & b.mask) != 0 ? sum : 0;
    }
    case Epilogue::gelu_backward:
      return sum * ops::Gelu::derivative(value(p.aux.data, p.c.element, row * p.aux.ld + col));
  }
  return sum;
}

}  // namespace

void host_gemm(const Gemm& p) {
  for (std::int64_t row = 0; row < p.m; ++row) {
    for (std::int64_t col = 0; col < p.n; ++col) {
      const std::int64_t index = row * p.c.ld + col;
      double sum = p.mode == GradientMode::accumulate ? value(p.c.data, p.c.element, index) : 0;
      for (std::int64_t k = 0; k < p.k; ++k) sum += at(p.a, p.layout_a, row, k) * at(p.b, p.layout_b, k, col);
      put(p.c.data, p.c.element, index, with_epilogue(p, row, col, sum));
    }
    if (p.epilogue != Epilogue::bias_gradient) continue;
    double sum = 0;
    for (std::int64_t k = 0; k < p.k; ++k) sum += at(p.a, p.layout_a, row, k);
    put(p.bias, p.c.element, row, sum);
  }
}

}  // namespace cuvae::test
