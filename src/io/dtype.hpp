// The element types of safetensors: those that cuvae writes and reads, and those it only knows the size of.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace cuvae::io {

enum class DType { f32, f64, i64, u8 };

struct DTypeInfo {
  std::string_view name;        // in the file: "F32"
  std::int64_t bits;            // of one element
  std::optional<DType> values;  // empty for types whose values cuvae does not read
};

[[nodiscard]] const DTypeInfo& info(DType type);
[[nodiscard]] const DTypeInfo* find_dtype(std::string_view name);  // null for an unknown one

}  // namespace cuvae::io
