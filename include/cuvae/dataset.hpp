// Rows of numbers, kept in the type they were stored in; uncompressed files are mapped, not read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "cuvae/config.hpp"

namespace cuvae {

// How the channels of a picture follow each other in a row: those of one pixel together (h, w, c), or one
// whole channel after the other (c, h, w).
enum class ChannelOrder : std::uint8_t { interleaved, planar };

// What a picture made of a row looks like; 0 x 0 where a row is no picture.
struct ImageShape {
  std::int32_t height = 0;
  std::int32_t width = 0;
  std::int32_t channels = 1;  // 1: grey; 3: red, green and blue
  ChannelOrder order = ChannelOrder::interleaved;

  // That a row has; 0 where there is no such picture, or it has more than any row.
  [[nodiscard]] constexpr std::int64_t values() const noexcept {
    if (height <= 0 || width <= 0 || (channels != 1 && channels != 3)) return 0;
    const std::int64_t pixels = std::int64_t{height} * width;
    return pixels <= std::numeric_limits<std::int32_t>::max() / channels ? pixels * channels : 0;
  }
  friend bool operator==(const ImageShape&, const ImageShape&) = default;
};

// What the format of a file leaves open.
struct ReadOptions {
  // Every stored value is multiplied by it. None: 1/255 for bytes that are pixels, else 1.
  std::optional<float> scale{};
  // How a row is a picture: {} says that it is none. None: by the shape of the data.
  std::optional<ImageShape> image{};
};

// What labels in a file are to be. By itself one integer or word to a row is a class, and all else are
// numbers.
struct LabelOptions {
  std::optional<LabelKind> kind{};
  std::int32_t count = 0;            // of classes; 0: as many as there are
  std::vector<std::string> names{};  // of the classes, `count` of them, or none
};

// The factors behind one picture of builtin:shapes.
struct ShapeFactors {
  enum class Kind : std::uint8_t { ellipse, rectangle, triangle };
  Kind kind = Kind::ellipse;
  float x = 0, y = 0;  // centre, in pixels
  float size = 0;      // half the larger extent, in pixels
  float angle = 0;     // radians
};

// What rows are made of. Levels are numbers without an order: rows x names.size(), row-major.
struct Factors {
  std::vector<std::string> names;
  std::vector<std::int32_t> levels;
};

// A cheap-to-copy, immutable, shared view of rows x cols values.
class Dataset {
 public:
  // IDX, NPY or a table of numbers in text (CSV, TSV), any of them gzipped; NPZ; a folder of PNG pictures
  // (docs/formats.md). "file.npz:NAME" and "file.csv:COLUMNS" mean a part, "parts-*.npy" all that match, "-"
  // NPY on stdin; several names, one to a line, are one data set. And "builtin:shapes",
  // "builtin:shapes:ROWS". Unsigned bytes are pixels: value / 255, unless an NPY file's bytes are all 0 or 1
  // (or its type is bool). An uncompressed IDX or NPY file is mapped in no time: its values are not looked at
  // before they are needed, and where it is shortened meanwhile the system sends SIGBUS. Throws Error(data):
  // missing, empty, truncated or malformed file, zero rows, rows that are no such pictures;
  // Error(out_of_memory); Error(invalid_argument) for a scale that is not above 0 and finite, or an image
  // that is none.
  static Dataset open(const std::string& spec, const ReadOptions& options = {});

  // 28 x 28 anti-aliased ellipses, rectangles and triangles; row r depends on (seed, r) alone.
  static Dataset builtin_shapes(std::int64_t rows = 20000, std::uint64_t seed = 0);

  // Copies of the caller's rows. Throws Error(data) for NaN, Inf, or a size that is no multiple of cols.
  static Dataset from_values(std::span<const float> values, std::int32_t cols, ImageShape image = {});
  static Dataset from_bytes(std::span<const std::uint8_t> pixels, std::int32_t cols, ImageShape image = {});

  // The first `rows` of these, with their labels. Throws Error(data) where there are fewer.
  [[nodiscard]] Dataset first(std::int64_t rows) const;

  // These rows with what is known of each beside its values, for a conditional model. Classes are kept as one
  // column for each, of which one is 1; `count` 0: as many as the largest class asks for. A file is any that
  // open() takes, such as "table.csv:species", whose column may also hold words. Numbers are as they are
  // stored, bytes too. Throws Error(data): not as many labels as rows, a class that is negative, no integer,
  // not below `count` or none of the names, over a thousand classes of which most do not occur, a flawed
  // file, NaN or Inf.
  [[nodiscard]] Dataset with_labels(std::span<const float> labels, std::int32_t cols) const;
  [[nodiscard]] Dataset with_classes(std::span<const std::int32_t> classes, std::int32_t count = 0) const;
  [[nodiscard]] Dataset with_labels_of(const std::string& path, const LabelOptions& options = {}) const;
  [[nodiscard]] std::int32_t label_cols() const noexcept;  // 0: none
  [[nodiscard]] bool labels_are_classes() const noexcept;
  // Of classes that are words, one for each column; else empty.
  [[nodiscard]] const std::vector<std::string>& label_names() const noexcept;
  // Of row `row`, label_cols() values. Throws Error(invalid_argument) out of range or for a wrong size.
  void read_labels(std::int64_t row, std::span<float> out) const;

  [[nodiscard]] std::int64_t rows() const noexcept;
  [[nodiscard]] std::int32_t cols() const noexcept;
  [[nodiscard]] const std::vector<std::string>& column_names() const noexcept;  // of a table with a header
  [[nodiscard]] ImageShape image() const;                    // may look at all values, as the next two do
  [[nodiscard]] const std::string& source() const noexcept;  // the spec it was opened from
  [[nodiscard]] std::string description() const;             // e.g. "IDX, u8, memory-mapped"
  [[nodiscard]] std::uint64_t fingerprint()
      const;  // of shape, type, scale and every stored byte, labels included
  [[nodiscard]] std::size_t bytes() const noexcept;  // of the values in their stored type

  // Row `row` as float, cols() values. Throws Error(invalid_argument) out of range or for a wrong size.
  void read_row(std::int64_t row, std::span<float> out) const;

  // Throws Error(data), naming the first row and column, for NaN or Inf. So does whatever looks at all
  // values: fingerprint(), training, evaluation.
  void require_finite() const;

  // Throws Error(data), naming the first offending row, unless all values lie in [0, 1].
  void require_unit_interval() const;

  // For builtin:shapes; throws Error(invalid_argument) for other data.
  [[nodiscard]] ShapeFactors factors(std::int64_t row) const;
  // Of builtin:shapes, for every row: kind, x, y, size and angle, the last four in 10 equal parts of their
  // range (of the angle, of a turn after which the shape looks as before). Empty for other data.
  [[nodiscard]] std::optional<Factors> known_factors() const;

  struct Impl;
  explicit Dataset(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  [[nodiscard]] const Impl& impl() const noexcept { return *impl_; }

 private:
  std::shared_ptr<const Impl> impl_;
};

}  // namespace cuvae
