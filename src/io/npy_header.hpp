#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "src/io/array_writer.hpp"

namespace cuvae::io {

// What stands before the values of a .npy file, a multiple of 64 bytes. One for rows that are still to come
// says 0, and is as long as that for any number of them.
// https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
[[nodiscard]] std::string npy_header(const ArrayLayout& layout);
// That of so many bytes.
[[nodiscard]] std::string npy_header(const ArrayLayout& layout, std::size_t bytes);

// A Python tuple: "(2, 3)", "(2,)", "()".
[[nodiscard]] std::string npy_shape(std::span<const std::int64_t> shape);

}  // namespace cuvae::io
