#include "src/io/array_writer.hpp"

#include <bit>
#include <limits>
#include <utility>

#include "src/core/check.hpp"
#include "src/io/npy_header.hpp"

namespace cuvae::io {
namespace {

static_assert(std::endian::native == std::endian::little, "values are written as they lie in memory");

std::int64_t checked_bytes(const ArrayLayout& layout, std::span<const std::int64_t> extents) {
  std::int64_t bytes = core::size_of(layout.type);
  for (const std::int64_t extent : extents) {
    const bool fits = extent >= 0 && !__builtin_mul_overflow(bytes, extent, &bytes);
    CUVAE_REQUIRE(fits, "no array can have the shape " + npy_shape(layout.shape));
  }
  return bytes;
}

std::int64_t row_bytes_of(const ArrayLayout& layout) {
  CUVAE_REQUIRE(layout.shape.size() <= 64, "an array of NumPy has at most 64 dimensions");
  const std::span<const std::int64_t> extents(layout.shape);
  return checked_bytes(layout, extents.empty() ? extents : extents.subspan(1));
}

bool has_rows_to_come(const ArrayLayout& layout) {
  return !layout.shape.empty() && layout.shape[0] == kRowsToCome;
}

std::int64_t most_bytes_of(const ArrayLayout& layout) {
  return has_rows_to_come(layout) ? std::numeric_limits<std::int64_t>::max()
                                  : checked_bytes(layout, layout.shape);
}

}  // namespace

ArrayWriter::ArrayWriter(ArrayLayout layout)
    : layout_(std::move(layout)), row_bytes_(row_bytes_of(layout_)), most_bytes_(most_bytes_of(layout_)) {}

void ArrayWriter::append(std::span<const std::byte> values) {
  CUVAE_REQUIRE(std::ssize(values) % core::size_of(layout_.type) == 0, "the bytes are no whole values");
  CUVAE_REQUIRE(std::ssize(values) <= most_bytes_ - bytes_, "more values than the shape has");
  bytes_ += std::ssize(values);
  write(values);
}

void ArrayWriter::append(std::span<const float> values) {
  CUVAE_REQUIRE(layout_.type == core::ElementType::f32, "the values are of another type than the array");
  append(std::as_bytes(values));
}

void ArrayWriter::commit(const Pulse& pulse) {
  if (has_rows_to_come(layout_)) {
    CUVAE_REQUIRE(row_bytes_ > 0 && bytes_ % row_bytes_ == 0, "the last row lacks values of its shape");
    layout_.shape[0] = bytes_ / row_bytes_;
  } else {
    CUVAE_REQUIRE(bytes_ == most_bytes_, "fewer values than the shape has");
  }
  finish(pulse);
}

}  // namespace cuvae::io
