// Stored values, and the one place where they become float.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

#include "src/core/element_type.hpp"

namespace cuvae::data {

using core::ElementType;
using core::name_of;
using core::size_of;

enum class ByteOrder : std::uint8_t { native, swapped };

[[nodiscard]] constexpr ByteOrder byte_order(std::endian stored) noexcept {
  return stored == std::endian::native ? ByteOrder::native : ByteOrder::swapped;
}

// Stored values at from, from + stride, ... (bytes; no alignment needed).
struct StoredValues {
  const std::byte* from;
  std::int64_t stride;
  std::int64_t count;
  ElementType type;
  ByteOrder order;
};

// out[i] = float(value i) * scale; a bool is 0 or 1, a double beyond float's range infinite.
void convert(const StoredValues& values, float scale, float* out);

// Turns the bytes of each value around.
void swap_bytes(std::span<std::byte> values, ElementType type);

}  // namespace cuvae::data
