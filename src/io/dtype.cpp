#include "src/io/dtype.hpp"

#include <algorithm>
#include <iterator>

namespace cuvae::io {
namespace {

constexpr DTypeInfo kTypes[] = {
    {"F32", 32, DType::f32}, {"F64", 64, DType::f64}, {"I64", 64, DType::i64}, {"U8", 8, DType::u8},
    {"BOOL", 8, {}},         {"F4", 4, {}},           {"F6_E2M3", 6, {}},      {"F6_E3M2", 6, {}},
    {"F8_E4M3", 8, {}},      {"F8_E5M2", 8, {}},      {"F8_E8M0", 8, {}},      {"F8_E4M3FNUZ", 8, {}},
    {"F8_E5M2FNUZ", 8, {}},  {"I8", 8, {}},           {"F16", 16, {}},         {"BF16", 16, {}},
    {"I16", 16, {}},         {"U16", 16, {}},         {"I32", 32, {}},         {"U32", 32, {}},
    {"U64", 64, {}},         {"C64", 64, {}},
};

}  // namespace

const DTypeInfo& info(DType type) {
  return *std::find_if(std::begin(kTypes), std::end(kTypes),
                       [type](const DTypeInfo& known) { return known.values == type; });
}

const DTypeInfo* find_dtype(std::string_view name) {
  const auto* found = std::find_if(std::begin(kTypes), std::end(kTypes),
                                   [name](const DTypeInfo& known) { return known.name == name; });
  return found == std::end(kTypes) ? nullptr : found;
}

}  // namespace cuvae::io
