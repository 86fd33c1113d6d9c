// What a stored number is. Ops compute in float whatever is stored.
#pragma once

#include <cstdint>

#include "kernels/ops/host_device.hpp"

namespace cuvae::ops {

// bfloat16: the upper half of a float. Rounded to nearest, ties to even; a NaN stays one. (std::bit_cast is a
// host function to nvcc, its builtin is not.)
struct Bf16 {
  std::uint16_t bits = 0;

  static CUVAE_HD constexpr Bf16 from(float value) {
    const auto wide = __builtin_bit_cast(std::uint32_t, value);
    if ((wide & 0x7FFFFFFFu) > 0x7F800000u) return {0x7FFFu};  // as the hardware's conversion
    return {static_cast<std::uint16_t>((wide + 0x7FFFu + ((wide >> 16) & 1u)) >> 16)};
  }
  CUVAE_HD constexpr float value() const {
    return __builtin_bit_cast(float, static_cast<std::uint32_t>(bits) << 16);
  }
};

enum class Element : std::uint8_t { f32, bf16, u8 };

constexpr std::int64_t size_of(Element element) {
  return element == Element::f32 ? 4 : element == Element::bf16 ? 2 : 1;
}

template <class T>
inline constexpr Element kElementOf = Element::f32;
template <>
inline constexpr Element kElementOf<Bf16> = Element::bf16;
template <>
inline constexpr Element kElementOf<std::uint8_t> = Element::u8;

}  // namespace cuvae::ops
