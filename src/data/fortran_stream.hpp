#pragma once

#include <functional>
#include <vector>

#include "src/data/load.hpp"

namespace cuvae::data {

// Values in Fortran order, wherever they lie, row by row: what is read is in C order. `forget` is called
// where memory for what was read so far is needed no more.
class FortranStream final : public ValueStream {
 public:
  FortranStream(Loaded values, std::function<void()> forget);

  [[nodiscard]] const Header& header() const override { return header_; }
  [[nodiscard]] std::size_t read(std::span<std::byte> out) override;
  [[nodiscard]] std::string description() const override { return values_.description; }

 private:
  void gather_rows();

  Loaded values_;
  Header header_;
  std::function<void()> forget_;
  std::vector<std::int64_t> columns_;  // where each begins, in values
  std::vector<std::byte> block_;       // some rows, of which taken_ bytes have been read
  std::size_t taken_ = 0;
  std::int64_t next_row_ = 0;
};

}  // namespace cuvae::data
