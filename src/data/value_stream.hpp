// The values of a data file, one after the other, in memory that does not grow with the file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "src/data/header.hpp"

namespace cuvae::data {

// What a header's shape has for rows while nobody knows how many there will be.
inline constexpr std::int64_t kRowsUnknown = -1;

class ValueStream {
 public:
  ValueStream() = default;
  ValueStream(const ValueStream&) = delete;
  ValueStream& operator=(const ValueStream&) = delete;
  virtual ~ValueStream() = default;

  // Type, order, layout and shape of what is read. shape[0] is kRowsUnknown where only the end of the file
  // tells (CSV, until read() has come to it). The shape is believable: columns() fits 31 bits, and what it
  // asks for has been held against the size of the file where the format allows it.
  [[nodiscard]] virtual const Header& header() const = 0;

  // Fills `out`, whose size is a multiple of the size of a value, with values as they are stored; less only
  // at the end of the last row. Returns how many bytes. Throws Error(data) where the file is flawed; who has
  // read to the end (a result less than asked for) has seen all checksums hold and nothing follow.
  [[nodiscard]] virtual std::size_t read(std::span<std::byte> out) = 0;

  // Reads to the end and keeps nothing: throws Error(data) for whatever read() would.
  virtual void check();

  // What the columns are called; empty where nobody says.
  [[nodiscard]] virtual std::vector<std::string> column_names() const { return {}; }

  // How many whole numbers of a table were read that float32 does not hold.
  [[nodiscard]] virtual std::int64_t rounded() const { return 0; }

  [[nodiscard]] virtual std::string description() const = 0;  // "IDX, u8, gzip"
};

}  // namespace cuvae::data
