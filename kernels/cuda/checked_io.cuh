// A caller's operands, checked, as a loop takes them.
#pragma once

#include <cstdint>
#include <string>

#include "cuvae/cuda.hpp"
#include "cuvae/error.hpp"
#include "kernels/ops/row_op.hpp"

namespace cuvae::cuda {

class CheckedIo {
 public:
  CheckedIo(const char* function, Shape shape) : function_(function), shape_(shape) {
    if (shape.rows < 0 || shape.cols <= 0) {
      refuse("shape",
             std::to_string(shape.rows) + " x " + std::to_string(shape.cols) + " is no size of a matrix");
    }
  }

  [[nodiscard]] ops::Input in(const char* name, const ConstRows& matrix) const {
    check(name, matrix.data, matrix.ld, matrix.type);
    return {matrix.data, matrix.ld, element_of(matrix.type)};
  }
  [[nodiscard]] ops::Output out(const char* name, const Rows& matrix) const {
    check(name, matrix.data, matrix.ld, matrix.type);
    return {matrix.data, matrix.ld, element_of(matrix.type)};
  }
  // One row for all.
  [[nodiscard]] ops::Input row(const char* name, const float* values) const {
    check(name, values, shape_.cols, Type::f32);
    return {values, 0, ops::Element::f32};
  }

  void require_type(const char* name, Type type, Type wanted, const char* because) const {
    if (type != wanted) refuse(name, std::string("is ") + word(type) + ", " + because);
  }
  [[noreturn]] void refuse(const std::string& name, const std::string& why) const {
    throw Error(Errc::invalid_argument, std::string("cuda::") + function_ + ": " + name + ": " + why);
  }

 private:
  static const char* word(Type type) { return type == Type::bf16 ? "bf16" : "f32"; }
  static ops::Element element_of(Type type) {
    return type == Type::bf16 ? ops::Element::bf16 : ops::Element::f32;
  }

  void check(const char* name, const void* data, std::int64_t ld, Type type) const {
    if (data == nullptr) refuse(name, "is a null pointer");
    if (ld < shape_.cols) {
      refuse(name, "its leading dimension of " + std::to_string(ld) + " is less than the " +
                       std::to_string(shape_.cols) + " columns");
    }
    if (reinterpret_cast<std::uintptr_t>(data) %
            static_cast<std::uintptr_t>(ops::size_of(element_of(type))) !=
        0)
      refuse(name, "its address is not that of an element");
  }

  const char* function_;
  Shape shape_;
};

}  // namespace cuvae::cuda
