#include "src/data/element.hpp"

#include <cstring>
#include <type_traits>

namespace cuvae::data {
namespace {

using core::Boolean;

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

void convert(const StoredValues& values, float scale, float* out) {
  core::with_type(values.type, [&](auto value) {
    using T = decltype(value);
    if (values.order == ByteOrder::native) {
      convert_as<T, ByteOrder::native>(values, scale, out);
    } else {
      convert_as<T, ByteOrder::swapped>(values, scale, out);
    }
  });
}

void swap_bytes(std::span<std::byte> values, ElementType type) {
  core::with_type(type, [&](auto value) {
    constexpr std::size_t kSize = sizeof value;
    for (std::size_t at = 0; kSize > 1 && at + kSize <= values.size(); at += kSize) {
      std::memcpy(&value, values.data() + at, kSize);
      value = byte_swapped(value);
      std::memcpy(values.data() + at, &value, kSize);
    }
  });
}

}  // namespace cuvae::data
