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

// Goes through the columns as C order counts them; a column is rows() values side by side.
class Columns {
 public:
  explicit Columns(const Header& header) {
    std::int64_t step = header.rows();
    for (std::size_t axis = 1; axis < header.shape.size(); ++axis) {
      if (header.shape[axis] > 1) axes_.push_back({header.shape[axis], step, 0});
      step *= header.shape[axis];
    }
  }
  [[nodiscard]] std::int64_t start() const { return start_; }  // of the column's values
  void next() {
    for (auto axis = axes_.rbegin(); axis != axes_.rend(); ++axis) {
      start_ += axis->step;
      if (++axis->at < axis->extent) return;
      start_ -= axis->extent * axis->step;
      axis->at = 0;
    }
  }

 private:
  struct Axis {
    std::int64_t extent, step, at;
  };
  std::vector<Axis> axes_;
  std::int64_t start_ = 0;
};

}  // namespace

FortranStream::FortranStream(Header header, std::string description, Fetch fetch)
    : header_(in_c_order(std::move(header))),
      description_(std::move(description)),
      fetch_(std::move(fetch)) {}

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
    Columns columns(header_);
    for (std::int64_t column = 0; column < header_.columns(); ++column, columns.next()) {
      fetch_((columns.start() + next_row_) * kSize, column_);
      for (std::int64_t row = 0; row < rows; ++row)
        std::memcpy(to + row * row_bytes, column_.data() + row * kSize, kSize);
      to += kSize;
    }
    next_row_ += rows;
  });
  taken_ = 0;
}

}  // namespace cuvae::data
