#include "src/data/element.hpp"

#include <cstring>
#include <type_traits>

namespace cuvae::data {
namespace {

enum class Boolean : std::uint8_t {};  // any byte; true unless 0

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

template <class T>
T byte_swapped(T value) {
  if constexpr (sizeof(T) == 2) {
    return std::bit_cast<T>(__builtin_bswap16(std::bit_cast<std::uint16_t>(value)));
  } else if constexpr (sizeof(T) == 4) {
    return std::bit_cast<T>(__builtin_bswap32(std::bit_cast<std::uint32_t>(value)));
  } else if constexpr (sizeof(T) == 8) {
    return std::bit_cast<T>(__builtin_bswap64(std::bit_cast<std::uint64_t>(value)));
  } else {
    return value;
  }
}

template <class T, ByteOrder kOrder>
float load(const std::byte* at) {
  if constexpr (std::is_same_v<T, Boolean>) {
    return *at == std::byte{0} ? 0.0f : 1.0f;
  } else {
    T value;
    std::memcpy(&value, at, sizeof(T));
    return static_cast<float>(kOrder == ByteOrder::swapped ? byte_swapped(value) : value);
  }
}

template <class T, ByteOrder kOrder>
void convert_as(const StoredValues& values, float scale, float* out) {
  constexpr std::int64_t kSize = sizeof(T);
  if (values.stride == kSize) {  // a constant stride vectorises
    for (std::int64_t i = 0; i < values.count; ++i) out[i] = load<T, kOrder>(values.from + i * kSize) * scale;
  } else {
    for (std::int64_t i = 0; i < values.count; ++i) {
      out[i] = load<T, kOrder>(values.from + i * values.stride) * scale;
    }
  }
}

}  // namespace

std::int64_t size_of(ElementType type) noexcept {
  return with_type(type, [](auto value) { return static_cast<std::int64_t>(sizeof(value)); });
}

std::string_view name_of(ElementType type) noexcept {
  constexpr std::string_view kNames[] = {"u8",  "i8",  "u16", "i16", "u32", "i32",
                                         "u64", "i64", "f32", "f64", "bool"};
  return kNames[static_cast<std::size_t>(type)];
}

void convert(const StoredValues& values, float scale, float* out) {
  with_type(values.type, [&](auto value) {
    using T = decltype(value);
    if (values.order == ByteOrder::native) {
      convert_as<T, ByteOrder::native>(values, scale, out);
    } else {
      convert_as<T, ByteOrder::swapped>(values, scale, out);
    }
  });
}

}  // namespace cuvae::data
