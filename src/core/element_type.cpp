#include "src/core/element_type.hpp"

#include <cstddef>

namespace cuvae::core {

std::int64_t size_of(ElementType type) noexcept {
  return with_type(type, [](auto value) { return static_cast<std::int64_t>(sizeof(value)); });
}

std::string_view name_of(ElementType type) noexcept {
  constexpr std::string_view kNames[] = {"u8",  "i8",  "u16", "i16", "u32", "i32",
                                         "u64", "i64", "f32", "f64", "bool"};
  return kNames[static_cast<std::size_t>(type)];
}

}  // namespace cuvae::core
