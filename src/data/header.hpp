// What the header of a data file says about the values behind it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "src/data/element.hpp"

namespace cuvae::data {

enum class Format : std::uint8_t { idx, npy, csr, csv, png };
enum class Layout : std::uint8_t { c, fortran };  // last or first index fastest

struct Header {
  Format format = Format::idx;
  ElementType type = ElementType::u8;
  ByteOrder order = ByteOrder::native;
  Layout layout = Layout::c;
  std::vector<std::int64_t> shape;  // rows first; what follows is the shape of one row
  std::int64_t offset = 0;          // of the first value, in bytes

  [[nodiscard]] std::int64_t rows() const { return shape.front(); }
  [[nodiscard]] std::int64_t columns() const;  // 1 where the shape has one dimension
  [[nodiscard]] std::int64_t payload() const { return rows() * columns() * size_of(type); }
};

// No header is longer than this.
inline constexpr std::size_t kHeaderBytes = 16 * 1024;

// Begins as IDX or NPY does.
[[nodiscard]] bool is_packed(std::span<const std::byte> start) noexcept;

// Reads the header from the first kHeaderBytes (or all) of a file's content. What is returned has at least
// one row and one column, at most 2^31 - 1 columns, and a payload that fits 63 bits. Throws Error(data).
[[nodiscard]] Header read_header(std::span<const std::byte> start, const std::string& source);

[[nodiscard]] std::string shape_text(const Header& header);  // "60000 x 28 x 28"

}  // namespace cuvae::data
