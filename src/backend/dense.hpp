// The products of a dense layer, plain and with what a library may do on the way out.
#pragma once

#include "src/backend/backend.hpp"
#include "src/backend/gemm.hpp"

namespace cuvae {

// y = x W^T
[[nodiscard]] inline Gemm forward_product(Matrix x, Matrix weight, Matrix y) {
  return {.m = x.rows,
          .n = weight.rows,
          .k = weight.cols,
          .a = x.in(),
          .b = weight.in(),
          .layout_b = Layout::transposed,
          .c = y.out()};
}

// d_w (+)= d_y^T x
[[nodiscard]] inline Gemm weight_gradient(Matrix d_y, Matrix x, Matrix d_w, GradientMode mode) {
  return {.m = d_w.rows,
          .n = d_w.cols,
          .k = d_y.rows,
          .a = d_y.in(),
          .layout_a = Layout::transposed,
          .b = x.in(),
          .c = d_w.out(),
          .mode = mode};
}

// d_x = d_y W
[[nodiscard]] inline Gemm input_gradient(Matrix d_y, Matrix weight, Matrix d_x) {
  return {.m = d_y.rows, .n = weight.cols, .k = weight.rows, .a = d_y.in(), .b = weight.in(), .c = d_x.out()};
}

// With the layer's bias and function in the epilogue; without one where there is none for that function.
[[nodiscard]] inline Gemm with_activation(Gemm product, const DenseWeights& w, LayerFunction function,
                                          const Activations& out) {
  if (function == LayerFunction::identity) product.epilogue = Epilogue::bias;
  if (function == LayerFunction::relu) product.epilogue = Epilogue::bias_relu;
  if (function == LayerFunction::gelu) product.epilogue = Epilogue::bias_gelu;
  const bool wide = product.c.element == ops::Element::f32;
  product.bias = wide ? w.bias : const_cast<void*>(w.product_bias);  // an epilogue may also write one
  product.aux = function == LayerFunction::gelu ? out.input.out() : out.mask.out();
  return product;
}

// With the derivative of the layer below in the epilogue; without one where that is not possible.
[[nodiscard]] inline Gemm with_derivative(Gemm product, LayerFunction below, const Activations& kept) {
  if (below == LayerFunction::relu && kept.mask.data != nullptr) product.epilogue = Epilogue::relu_backward;
  if (below == LayerFunction::gelu) product.epilogue = Epilogue::gelu_backward;
  product.aux = below == LayerFunction::gelu ? kept.input.out() : kept.mask.out();
  return product;
}

[[nodiscard]] inline Gemm with_bias_gradient(Gemm product, float* d_bias) {
  product.epilogue = Epilogue::bias_gradient;
  product.bias = d_bias;
  return product;
}

// Throws Error(internal): a layer keeps a mask, but its product is not offered with one any more. (Out of
// line: a header that is compiled for several instruction sets may not bring the exception's own functions.)
[[noreturn]] void refuse_lost_mask();

// A ReLU's mask has a bit for each element, rows of a multiple of 128 of them; here it is a matrix of floats.
[[nodiscard]] constexpr std::int32_t mask_columns(std::int64_t cols) {
  return static_cast<std::int32_t>((cols + 127) / 128 * 4);
}

// The products around a hidden layer that keeps a mask, for asking whether they are offered.
struct MaskedProducts {
  Gemm forward, backward;
};
[[nodiscard]] inline MaskedProducts masked_products(const LayerShape& shape, ops::Element element) {
  auto* const some = reinterpret_cast<std::byte*>(std::uintptr_t{256});  // never read
  const auto matrix = [&](std::int64_t rows, std::int64_t cols) {
    return Matrix{some, rows, static_cast<std::int32_t>(cols), cols, element};
  };
  const Matrix x = matrix(shape.rows, shape.in), h = matrix(shape.rows, shape.out),
               d_y = matrix(shape.rows, shape.next);
  const std::int64_t ld = ops::padded(std::int64_t{mask_columns(shape.out)});
  Gemm forward = forward_product(x, matrix(shape.out, shape.in), h);
  forward.epilogue = Epilogue::bias_relu;
  Gemm backward = input_gradient(d_y, matrix(shape.next, shape.out), h);
  backward.epilogue = Epilogue::relu_backward;
  forward.aux = backward.aux = {some, ld, ops::Element::f32};
  return {forward, backward};
}

}  // namespace cuvae
