#include "src/io/png_grid.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "src/core/check.hpp"
#include "src/io/png_file.hpp"

namespace cuvae::io {
namespace {

constexpr std::int64_t kSeparator = 2;  // pixels between cells
constexpr std::uint8_t kSeparatorGrey = 64;
constexpr std::int64_t kSmallestCell = 56;  // pixels of its longer side
constexpr std::int64_t kMostBytes = 1LL << 28;
constexpr std::int64_t kLongestSide = 1'000'000;  // libpng's limit

std::int64_t scale_of(ImageShape shape) {
  const std::int64_t longer = std::max(shape.height, shape.width);
  return (kSmallestCell + longer - 1) / longer;
}

std::int64_t pixels_of(std::int64_t cells, std::int64_t side, std::int64_t scale) {
  return cells * (side * scale + kSeparator) - kSeparator;
}

std::uint8_t shade(float value) {
  if (!(value > 0)) return 0;  // NaN too
  return static_cast<std::uint8_t>(std::min(value, 1.0f) * 255.0f + 0.5f);
}

// Where the values of a picture lie in its row.
struct Strides {
  std::int64_t row, pixel, channel;

  explicit Strides(ImageShape shape)
      : row(shape.width), pixel(1), channel(std::int64_t{shape.height} * shape.width) {
    if (shape.order == ChannelOrder::planar) return;
    row *= shape.channels;
    pixel = shape.channels;
    channel = 1;
  }
};

class Grid {
 public:
  Grid(ImageShape shape, std::int64_t rows, std::int64_t columns)
      : shape_(shape),
        scale_(scale_of(shape)),
        width_(pixels_of(columns, shape.width, scale_)),
        height_(pixels_of(rows, shape.height, scale_)) {
    if (!grid_fits(shape, rows, columns)) {
      throw Error(Errc::invalid_argument, "a picture of " + std::to_string(width_) + " x " +
                                              std::to_string(height_) + " pixels is too large: show fewer");
    }
    bytes_.assign(static_cast<std::size_t>(width_ * height_ * shape.channels), kSeparatorGrey);
  }

  void place(std::span<const float> picture, std::int64_t row, std::int64_t column) {
    const Strides strides(shape_);
    const std::int64_t top = row * (shape_.height * scale_ + kSeparator);
    const std::int64_t left = column * (shape_.width * scale_ + kSeparator);
    for (std::int64_t y = 0; y < shape_.height * scale_; ++y) {
      const float* from = picture.data() + y / scale_ * strides.row;
      std::uint8_t* to = bytes_.data() + ((top + y) * width_ + left) * shape_.channels;
      for (std::int64_t x = 0; x < shape_.width * scale_; ++x) {
        for (std::int64_t channel = 0; channel < shape_.channels; ++channel)
          *to++ = shade(from[x / scale_ * strides.pixel + channel * strides.channel]);
      }
    }
  }

  void write(const std::filesystem::path& path, const Pulse& pulse = {}) const {
    const PngColour colour = shape_.channels == 1 ? PngColour::grey : PngColour::rgb;
    write_png(path, bytes_, width_, height_, colour, pulse);
  }

 private:
  ImageShape shape_;
  std::int64_t scale_;
  std::int64_t width_, height_;  // pixels of the whole
  std::vector<std::uint8_t> bytes_;
};

// The pictures of one span, and how to find them.
struct Pictures {
  std::span<const float> values;
  std::int64_t count;
  std::int64_t size;  // values of one

  Pictures(std::span<const float> all, std::int64_t number, ImageShape shape)
      : values(all), count(number), size(shape.values()) {
    CUVAE_REQUIRE(size > 0, "rows that are no pictures cannot be drawn");
    CUVAE_REQUIRE(count > 0, "there is no picture to draw");
    CUVAE_REQUIRE(std::ssize(values) / size == count && std::ssize(values) % size == 0,
                  "the values are not those of " + std::to_string(count) + " pictures");
  }
  [[nodiscard]] std::span<const float> operator[](std::int64_t i) const {
    return values.subspan(static_cast<std::size_t>(i * size), static_cast<std::size_t>(size));
  }
};

// Where picture i lies in a grid.
struct Layout {
  std::int64_t rows, columns;

  Layout(std::int64_t count, std::int32_t wanted_columns) {
    CUVAE_REQUIRE(wanted_columns > 0, "a grid needs at least one column");
    columns = std::min<std::int64_t>(count, wanted_columns);
    rows = (count + columns - 1) / columns;
  }
  [[nodiscard]] std::int64_t row(std::int64_t i) const { return i / columns; }
  [[nodiscard]] std::int64_t column(std::int64_t i) const { return i % columns; }
};

}  // namespace

bool grid_fits(ImageShape shape, std::int64_t rows, std::int64_t columns) {
  const std::int64_t scale = scale_of(shape);
  const std::int64_t width = pixels_of(columns, shape.width, scale),
                     height = pixels_of(rows, shape.height, scale);
  return width <= kLongestSide && height <= kLongestSide && width * shape.channels <= kMostBytes / height;
}

void write_png_grid(const std::filesystem::path& path, std::span<const float> pictures, std::int64_t count,
                    ImageShape shape, std::int32_t columns, const Pulse& pulse) {
  const Pictures all(pictures, count, shape);
  const Layout layout(count, columns);
  Grid grid(shape, layout.rows, layout.columns);
  for (std::int64_t i = 0; i < count; ++i) grid.place(all[i], layout.row(i), layout.column(i));
  grid.write(path, pulse);
}

void write_png_pairs(const std::filesystem::path& path, std::span<const float> originals,
                     std::span<const float> reconstructions, std::int64_t count, ImageShape shape,
                     std::int32_t columns) {
  const Pictures above(originals, count, shape), below(reconstructions, count, shape);
  const Layout layout(count, columns);
  Grid grid(shape, 2 * layout.rows, layout.columns);
  for (std::int64_t i = 0; i < count; ++i) {
    grid.place(above[i], 2 * layout.row(i), layout.column(i));
    grid.place(below[i], 2 * layout.row(i) + 1, layout.column(i));
  }
  grid.write(path);
}

}  // namespace cuvae::io
