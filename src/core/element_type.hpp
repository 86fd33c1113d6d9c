// The types that values of arrays are stored in.
#pragma once

#include <cstdint>
#include <string_view>

namespace cuvae::core {

enum class ElementType : std::uint8_t { u8, i8, u16, i16, u32, i32, u64, i64, f32, f64, boolean };

enum class Boolean : std::uint8_t {};  // any byte; true unless 0

[[nodiscard]] std::int64_t size_of(ElementType type) noexcept;
[[nodiscard]] std::string_view name_of(ElementType type) noexcept;  // "u8", "f32", "bool"

// use(T{}) for the C++ type T that `type` stands for.
template <class Use>
auto with_type(ElementType type, Use use) {
  switch (type) {
    case ElementType::u8:
      return use(std::uint8_t{});
    case ElementType::i8:
      return use(std::int8_t{});
    case ElementType::u16:
      return use(std::uint16_t{});
    case ElementType::i16:
      return use(std::int16_t{});
    case ElementType::u32:
      return use(std::uint32_t{});
    case ElementType::i32:
      return use(std::int32_t{});
    case ElementType::u64:
      return use(std::uint64_t{});
    case ElementType::i64:
      return use(std::int64_t{});
    case ElementType::f32:
      return use(float{});
    case ElementType::f64:
      return use(double{});
    case ElementType::boolean:
      break;
  }
  return use(Boolean{});
}

}  // namespace cuvae::core
