// NPY versions 1 to 3: "\x93NUMPY", version, length of the header text, the text, the values.
// https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
#pragma once

#include "src/data/npy_dict.hpp"

namespace cuvae::data {

[[nodiscard]] bool is_npy(std::span<const std::byte> start) noexcept;

// The header as it is written, of any type.
struct NpyText {
  NpyDict dict;
  std::size_t end;  // where the values begin
};
[[nodiscard]] NpyText read_npy_text(std::span<const std::byte> start, const std::string& source);

// The shape is as the file has it; read_header() checks it. Objects (pickles), records, complex numbers,
// strings and floats other than f4 and f8 are refused.
[[nodiscard]] Header read_npy_header(std::span<const std::byte> start, const std::string& source);

}  // namespace cuvae::data
