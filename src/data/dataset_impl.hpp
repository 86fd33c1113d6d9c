// What a Dataset is made of. The training step reads contiguous() data straight from `base`; all else goes
// through read().
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "cuvae/dataset.hpp"
#include "src/data/element.hpp"

namespace cuvae {

namespace data {

inline constexpr float kPixelScale = 1.0f / 255.0f;

// The shortest text that is this number and no other.
[[nodiscard]] std::string text_of(float value);

// One dimension of a row: so many steps of so many bytes.
struct Axis {
  std::int64_t extent;
  std::int64_t stride;
};

// What one pass over all values tells.
struct Facts {
  float low = 0, high = 0;  // scaled
  std::uint64_t fingerprint = 0;
};

// Made where it is first asked for, by whichever thread; kept for all that share it.
struct FactsOnce {
  std::mutex mutex;
  std::optional<Facts> facts;
};

}  // namespace data

struct Dataset::Impl {
  std::shared_ptr<const void> storage;  // the mapping or heap block that owns the values
  const std::byte* base = nullptr;      // the first value
  data::ElementType type = data::ElementType::u8;
  data::ByteOrder order = data::ByteOrder::native;
  std::int64_t rows = 0;
  std::int32_t cols = 0;
  std::int64_t row_stride = 0;      // bytes
  std::vector<data::Axis> columns;  // of one row, the last fastest; one axis where values are side by side
  float scale = 1.0f;               // of every value: 1/255 for pixels, or what the reader gave
  ImageShape image;
  bool image_if_unit = false;  // pictures only where all values are in [0, 1]
  bool part = false;           // of more rows in memory, which in some layouts lie between these
  std::string source, description;
  std::vector<std::string> column_names;  // of a table that has some
  bool mapped = false;
  bool table = false;                        // of numbers in text, which says of none whether it is whole
  std::optional<std::uint64_t> shapes_seed;  // of builtin:shapes
  std::shared_ptr<const Impl> labels;        // a row for each of these; null: none
  bool labels_are_classes = false;
  std::vector<std::string> label_names;  // of classes that are words; else empty

  // The values are an aligned row-major matrix of u8 or of native f32, each times scale.
  [[nodiscard]] bool contiguous() const noexcept;

  // The values of a row lie side by side, and rows one after the other.
  [[nodiscard]] bool row_major() const noexcept;

  std::shared_ptr<data::FactsOnce> facts_once = std::make_shared<data::FactsOnce>();

  // Throws Error(data), naming the first row and column, for NaN and Inf.
  [[nodiscard]] const data::Facts& facts() const;
  [[nodiscard]] bool in_unit_interval() const { return facts().low >= 0 && facts().high <= 1; }

  // Row `row` as cols floats, unchecked.
  void read(std::int64_t row, float* out) const;
};

}  // namespace cuvae
