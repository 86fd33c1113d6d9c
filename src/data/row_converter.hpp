#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "src/data/header.hpp"

namespace cuvae::data {

// What values are made into: those that are stored, in this machine's byte order; float32; bytes; or shades
// of grey, 0 to 255, for which real numbers and bools are from 0 to 1, whole numbers shades already.
enum class Values : std::uint8_t { stored, f32, u8, shades };

// Makes rows as they are stored into other values, each times `scale` unless they are kept as they are.
class RowConverter {
 public:
  RowConverter(const Header& of, Values to, float scale, std::string source);

  [[nodiscard]] ElementType type() const;
  // Of whole rows, the first of which is `first_row`; valid until the next call, and may be the same memory.
  // Bytes and shades are rounded; throws Error(data), naming row and column, for what they cannot hold, and
  // for what becomes infinite as float32.
  [[nodiscard]] std::span<const std::byte> convert(std::span<std::byte> rows, std::int64_t first_row);

 private:
  void to_floats(std::span<const std::byte> stored, std::int64_t place);
  [[nodiscard]] bool is_finite(const std::byte* stored) const;
  [[nodiscard]] std::string place_text(std::int64_t place) const;  // "row 3, column 2 (from 0)"
  void append_bytes(std::int64_t place);
  [[noreturn]] void refuse(float value, std::int64_t place) const;

  ElementType from_;
  ByteOrder order_;
  std::int64_t columns_;
  Values to_;
  float scale_;
  float shade_;  // of 1
  std::string source_;
  std::vector<float> floats_;
  std::vector<std::uint8_t> bytes_;
};

}  // namespace cuvae::data
