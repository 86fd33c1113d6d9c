#pragma once

#include <memory>
#include <string>
#include <vector>

#include "src/data/byte_reader.hpp"
#include "src/data/value_stream.hpp"

namespace cuvae::data {

// The values of an IDX or NPY content, which holds exactly what its header declares. `how` it is stored
// stands in the description: "gzip".
class PackedStream final : public ValueStream {
 public:
  PackedStream(std::unique_ptr<ByteReader> content, std::string source, std::string how);

  [[nodiscard]] const Header& header() const override { return header_; }
  [[nodiscard]] std::size_t read(std::span<std::byte> out) override;
  [[nodiscard]] std::string description() const override;

 private:
  void require_end();

  std::unique_ptr<ByteReader> content_;
  std::string source_, how_;
  std::vector<std::byte> start_;  // of the content, read with the header
  Header header_;
  std::size_t taken_ = 0;  // bytes of start_
  std::int64_t left_ = 0;  // bytes of values
};

// "its header declares 2 x 2 values of u8, 20 bytes in all"
[[nodiscard]] std::string promise(const Header& header);

// "IDX, u8", "NPY, f64, big-endian, Fortran order"
[[nodiscard]] std::string describe(const Header& header);

}  // namespace cuvae::data
