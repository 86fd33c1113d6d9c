#pragma once

#include <cstdint>
#include <filesystem>
#include <span>

namespace cuvae::io {

// Writes a NumPy array of type float32, row-major, atomically. Throws Error(io); Error(invalid_argument)
// where the shape does not fit the values.
// https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
void write_npy(const std::filesystem::path& path, std::span<const float> values,
               std::span<const std::int64_t> shape);

}  // namespace cuvae::io
