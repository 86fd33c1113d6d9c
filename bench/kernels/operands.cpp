#include "bench/kernels/operands.hpp"

#include <algorithm>
#include <random>

namespace cuvae::bench {
namespace {

constexpr std::int64_t kAlignment = 256, kBytePadding = 16;

std::int64_t leading_dimension(std::int32_t cols, ops::Element element) {
  const std::int64_t padded = ops::padded(std::int64_t{cols});
  return element == ops::Element::u8 ? (padded + kBytePadding - 1) / kBytePadding * kBytePadding : padded;
}

void store(float value, ops::Element element, std::byte* to) {
  if (element == ops::Element::f32) *reinterpret_cast<float*>(to) = value;
  if (element == ops::Element::bf16) *reinterpret_cast<ops::Bf16*>(to) = ops::Bf16::from(value);
  if (element == ops::Element::u8) *to = static_cast<std::byte>(value);
}

}  // namespace

std::string to_string(const Shape& shape) {
  return std::to_string(shape.rows) + "x" + std::to_string(shape.cols);
}

const char* to_string(Type type) { return type == Type::bf16 ? "bf16" : "fp32"; }

ops::Element element_of(Stored stored, Type type) {
  if (stored == Stored::u8) return ops::Element::u8;
  return stored == Stored::as_type && type == Type::bf16 ? ops::Element::bf16 : ops::Element::f32;
}

Values::Values(const Operand& operand, Type type, std::uint64_t seed)
    : element_(element_of(operand.stored, type)), values_(static_cast<std::size_t>(kPeriod)) {
  std::mt19937_64 draw(seed);
  std::uniform_real_distribution<double> values(operand.low, operand.high);
  for (float& value : values_) {
    value = static_cast<float>(values(draw));
    if (element_ == ops::Element::bf16) value = ops::Bf16::from(value).value();
    if (element_ == ops::Element::u8) value = static_cast<float>(static_cast<int>(value));
  }
}

void Values::upload(Backend& backend, std::byte* to, std::int64_t elements) const {
  constexpr std::int64_t kPeriods = 16;  // at a time
  const std::int64_t size = ops::size_of(element_), most = kPeriods * kPeriod;
  std::vector<std::byte> stored(static_cast<std::size_t>(std::min(elements, most) * size));
  for (std::int64_t i = 0; i < std::min(elements, most); ++i)
    store(at(i), element_, stored.data() + i * size);
  for (std::int64_t done = 0; done < elements; done += most) {
    backend.upload(to + done * size, stored.data(), std::min(elements - done, most) * size);
  }
}

Operands::Layout Operands::layout(const std::vector<Operand>& operands, const Shape& shape, Type type) {
  Layout layout;
  for (const Operand& operand : operands) {
    Matrix matrix{.rows = operand.one_row ? 1 : shape.rows, .cols = shape.cols};
    matrix.element = element_of(operand.stored, type);
    matrix.ld = leading_dimension(shape.cols, matrix.element);
    const std::int64_t bytes = matrix.rows * matrix.ld * ops::size_of(matrix.element);
    layout.matrices.push_back(matrix);
    layout.offsets.push_back(layout.bytes);
    layout.bytes += (bytes + kAlignment - 1) / kAlignment * kAlignment;
  }
  return layout;
}

Operands::Operands(Backend& backend, Layout layout)
    : layout_(std::move(layout)), memory_(backend.allocate(layout_.bytes)) {}

Matrix Operands::operator[](std::size_t which) const {
  Matrix matrix = layout_.matrices.at(which);
  matrix.data = memory_.get() + layout_.offsets[which];
  return matrix;
}

}  // namespace cuvae::bench
