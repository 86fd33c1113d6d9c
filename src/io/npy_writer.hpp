#pragma once

#include <cstdint>
#include <filesystem>
#include <span>

#include "src/io/atomic_file.hpp"

namespace cuvae::io {

// A NumPy array of type float32, row-major, written piece by piece; it is there after commit(). Throws
// Error(io); Error(invalid_argument) where the values do not fit the shape.
// https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
class NpyWriter {
 public:
  NpyWriter(const std::filesystem::path& path, std::span<const std::int64_t> shape);
  void append(std::span<const float> values);
  void commit();  // once, after the last value

 private:
  std::int64_t missing_;  // values still to come
  AtomicFile file_;
};

// A whole array at once.
void write_npy(const std::filesystem::path& path, std::span<const float> values,
               std::span<const std::int64_t> shape);

}  // namespace cuvae::io
