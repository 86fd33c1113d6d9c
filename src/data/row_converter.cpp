#include "src/data/row_converter.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <utility>

#include "src/core/read_error.hpp"
#include "src/data/dataset_impl.hpp"

namespace cuvae::data {
namespace {

bool is_whole(ElementType type) {
  return type != ElementType::f32 && type != ElementType::f64 && type != ElementType::boolean;
}

}  // namespace

RowConverter::RowConverter(const Header& of, Values to, float scale, std::string source)
    : from_(of.type),
      order_(of.order),
      columns_(of.columns()),
      to_(to),
      scale_(scale),
      shade_(to == Values::shades && (scale != 1.0f || !is_whole(of.type)) ? 255.0f : 1.0f),
      source_(std::move(source)) {}

ElementType RowConverter::type() const {
  switch (to_) {
    case Values::stored:
      return from_;
    case Values::f32:
      return ElementType::f32;
    case Values::u8:
    case Values::shades:
      break;
  }
  return ElementType::u8;
}

std::span<const std::byte> RowConverter::convert(std::span<std::byte> rows, std::int64_t first_row) {
  if (to_ == Values::stored) {
    if (order_ == ByteOrder::swapped) swap_bytes(rows, from_);
    return rows;
  }
  std::int64_t place = first_row * columns_;
  if (to_ == Values::f32) {
    to_floats(rows, place);
    return std::as_bytes(std::span(floats_));
  }
  constexpr std::size_t kPieceBytes = std::size_t{1} << 18;  // so that floats of a wide row take no memory
  bytes_.clear();
  bytes_.reserve(rows.size() / static_cast<std::size_t>(size_of(from_)));
  while (!rows.empty()) {
    const std::span<std::byte> piece = rows.first(std::min(rows.size(), kPieceBytes));
    to_floats(piece, place);
    append_bytes(place);
    place += std::ssize(floats_);
    rows = rows.subspan(piece.size());
  }
  return std::as_bytes(std::span(bytes_));
}

// `place`: of the first value among all. What is finite stays so.
void RowConverter::to_floats(std::span<const std::byte> stored, std::int64_t place) {
  const std::int64_t size = size_of(from_);
  floats_.resize(stored.size() / static_cast<std::size_t>(size));
  data::convert({stored.data(), size, std::ssize(floats_), from_, order_}, scale_, floats_.data());
  for (std::size_t i = 0; i < floats_.size(); ++i) {
    if (!std::isinf(floats_[i]) || !is_finite(stored.data() + static_cast<std::int64_t>(i) * size)) continue;
    core::refuse(source_,
                 place_text(place + static_cast<std::int64_t>(i)) + " is beyond float32" +
                     (scale_ == 1.0f ? "" : " when it is scaled"),
                 "Scale the values (--scale 0.001, say), or keep their type.");
  }
}

bool RowConverter::is_finite(const std::byte* stored) const {
  if (from_ == ElementType::f64) {
    std::array<std::byte, sizeof(double)> bytes;
    std::copy_n(stored, bytes.size(), bytes.begin());
    if (order_ == ByteOrder::swapped) swap_bytes(bytes, from_);
    return std::isfinite(std::bit_cast<double>(bytes));
  }
  float value = 0;
  data::convert({stored, size_of(from_), 1, from_, order_}, 1.0f, &value);
  return std::isfinite(value);
}

std::string RowConverter::place_text(std::int64_t place) const {
  return "row " + std::to_string(place / columns_) + ", column " + std::to_string(place % columns_) +
         " (from 0)";
}

void RowConverter::append_bytes(std::int64_t place) {
  for (std::size_t i = 0; i < floats_.size(); ++i) {
    const float value = floats_[i] * shade_;
    if (!(value >= 0 && value <= 255)) refuse(floats_[i], place + static_cast<std::int64_t>(i));
    bytes_.push_back(static_cast<std::uint8_t>(value + 0.5));  // in double, where the sum is exact
  }
}

void RowConverter::refuse(float value, std::int64_t place) const {
  const std::string what = place_text(place) + " is " + text_of(value) + ", and ";
  if (to_ == Values::u8)
    core::refuse(source_, what + "uint8 is from 0 to 255", "Scale the values (--scale), or keep their type.");
  core::refuse(source_,
               what + (shade_ == 1.0f ? "shades are from 0 to 255" : "a picture's values are from 0 to 1"),
               "Scale them (--scale 1/255, say), or write .npy, .npz or .csv.");
}

}  // namespace cuvae::data
