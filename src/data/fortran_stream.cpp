#include "src/data/fortran_stream.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace cuvae::data {
namespace {

constexpr std::int64_t kBlockBytes = std::int64_t{16} << 20;

Header in_c_order(Header header) {
  header.layout = Layout::c;
  return header;
}

// Where the values of each column begin that C order counts; a column is rows() values side by side.
std::vector<std::int64_t> column_starts(const Header& header) {
  std::vector<std::int64_t> starts{0};
  std::int64_t step = header.rows();
  for (std::size_t axis = 1; axis < header.shape.size(); ++axis) {
    std::vector<std::int64_t> finer;
    finer.reserve(starts.size() * static_cast<std::size_t>(header.shape[axis]));
    for (const std::int64_t start : starts)
      for (std::int64_t i = 0; i < header.shape[axis]; ++i) finer.push_back(start + i * step);
    starts = std::move(finer);
    step *= header.shape[axis];
  }
  return starts;
}

}  // namespace

FortranStream::FortranStream(Header header, std::string description, Fetch fetch)
    : header_(in_c_order(std::move(header))),
      description_(std::move(description)),
      fetch_(std::move(fetch)),
      columns_(column_starts(header_)) {}

std::size_t FortranStream::read(std::span<std::byte> out) {
  std::size_t filled = 0;
  while (filled < out.size()) {
    if (taken_ == block_.size()) {
      if (next_row_ == header_.rows()) break;
      gather_rows();
    }
    const std::size_t count = std::min(out.size() - filled, block_.size() - taken_);
    std::memcpy(out.data() + filled, block_.data() + taken_, count);
    filled += count;
    taken_ += count;
  }
  return filled;
}

void FortranStream::gather_rows() {
  core::with_type(header_.type, [&](auto value) {
    constexpr std::int64_t kSize = sizeof value;
    const std::int64_t row_bytes = header_.columns() * kSize;
    const std::int64_t rows =
        std::min(std::max<std::int64_t>(kBlockBytes / row_bytes, 1), header_.rows() - next_row_);
    block_.resize(static_cast<std::size_t>(rows * row_bytes));
    column_.resize(static_cast<std::size_t>(rows * kSize));
    std::byte* to = block_.data();
    for (const std::int64_t start : columns_) {
      fetch_((start + next_row_) * kSize, column_);
      for (std::int64_t row = 0; row < rows; ++row)
        std::memcpy(to + row * row_bytes, column_.data() + row * kSize, kSize);
      to += kSize;
    }
    next_row_ += rows;
  });
  taken_ = 0;
}

}  // namespace cuvae::data
