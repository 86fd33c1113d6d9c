#pragma once

#include <functional>
#include <string>
#include <vector>

#include "src/data/value_stream.hpp"

namespace cuvae::data {

// Values in Fortran order, wherever they lie, row by row: what is read is in C order.
class FortranStream final : public ValueStream {
 public:
  // Fills `out` with what lies so many bytes behind the first value.
  using Fetch = std::function<void(std::int64_t offset, std::span<std::byte> out)>;
  FortranStream(Header header, std::string description, Fetch fetch);

  [[nodiscard]] const Header& header() const override { return header_; }
  [[nodiscard]] std::size_t read(std::span<std::byte> out) override;
  [[nodiscard]] std::string description() const override { return description_; }

 private:
  void gather_rows();

  Header header_;
  std::string description_;
  Fetch fetch_;
  std::vector<std::byte> column_;  // a piece of one
  std::vector<std::byte> block_;   // some rows, of which taken_ bytes have been read
  std::size_t taken_ = 0;
  std::int64_t next_row_ = 0;
};

}  // namespace cuvae::data
