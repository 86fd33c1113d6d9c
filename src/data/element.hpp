// The types values are stored in, and the one place where they become float.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace cuvae::data {

enum class ElementType : std::uint8_t { u8, i8, u16, i16, u32, i32, u64, i64, f32, f64, boolean };
enum class ByteOrder : std::uint8_t { native, swapped };

[[nodiscard]] std::int64_t size_of(ElementType type) noexcept;
[[nodiscard]] std::string_view name_of(ElementType type) noexcept;  // "u8", "f32", "bool"

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

}  // namespace cuvae::data
