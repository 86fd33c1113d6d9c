// Rows of numbers on their way into a file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "src/core/element_type.hpp"
#include "src/io/pulse.hpp"

namespace cuvae::io {

// The first extent of an array that has as many rows as are appended.
inline constexpr std::int64_t kRowsToCome = -1;

struct ArrayLayout {
  core::ElementType type = core::ElementType::f32;
  std::vector<std::int64_t> shape{};   // rows first; what follows is the shape of one row
  std::vector<std::string> columns{};  // what they are called, where that is known
};

// Writes piece by piece; the file is there after commit(), and nothing is without it. Throws Error(io);
// Error(invalid_argument) where the values do not fit the shape.
class ArrayWriter {
 public:
  ArrayWriter(const ArrayWriter&) = delete;
  ArrayWriter& operator=(const ArrayWriter&) = delete;
  virtual ~ArrayWriter() = default;

  // Values row by row as they lie in memory, whole or part of a row.
  void append(std::span<const std::byte> values);
  void append(std::span<const float> values);
  void commit(const Pulse& pulse = {});  // once, after the last value

  [[nodiscard]] const ArrayLayout& layout() const { return layout_; }

 protected:
  explicit ArrayWriter(ArrayLayout layout);

 private:
  virtual void write(std::span<const std::byte> values) = 0;
  virtual void finish(const Pulse& pulse) = 0;  // layout() knows all rows

  ArrayLayout layout_;
  std::int64_t row_bytes_;
  std::int64_t most_bytes_;  // what the shape asks for
  std::int64_t bytes_ = 0;   // that came
};

}  // namespace cuvae::io
