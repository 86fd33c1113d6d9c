// A matrix in a backend's memory as a model lays it out, in the middle of values that nobody may touch: rows
// above and below it, and columns beyond its padding, as if it were half of a wider matrix.
#pragma once

#include <cstring>
#include <vector>

#include "kernels/ops/row_op.hpp"
#include "src/backend/backend.hpp"

namespace cuvae::test {

enum class Surroundings { guarded, none };  // none: the leading dimension is the padded width

class Tensor {
 public:
  static constexpr float kGuard = -987654.25f;

  // Filled with guards, its own elements too: a loop must write each of them.
  Tensor(Backend& backend, std::int64_t rows, std::int32_t cols, Surroundings around = Surroundings::guarded)
      : backend_(&backend),
        rows_(rows),
        cols_(cols),
        ld_(ops::padded(cols) + (around == Surroundings::guarded ? ops::kPadding : 0)),
        memory_(backend.allocate(floats() * 4)) {
    upload(std::vector<float>(static_cast<std::size_t>(floats()), kGuard));
  }

  // rows x cols values, with zeros in the padding.
  Tensor(Backend& backend, std::int64_t rows, std::int32_t cols, const std::vector<float>& values,
         Surroundings around = Surroundings::guarded)
      : Tensor(backend, rows, cols, around) {
    fill(values);
  }

  void fill(const std::vector<float>& values) {
    std::vector<float> all = download();
    for (std::int64_t row = 0; row < rows_; ++row) {
      for (std::int64_t col = 0; col < ops::padded(cols_); ++col) {
        all[index(row, col)] = col < cols_ ? values[static_cast<std::size_t>(row * cols_ + col)] : 0.0f;
      }
    }
    upload(all);
  }

  [[nodiscard]] Matrix matrix() const { return {data(), rows_, cols_, ld_}; }
  [[nodiscard]] float* data() const { return reinterpret_cast<float*>(memory_.get()) + ld_; }

  // rows x cols values.
  [[nodiscard]] std::vector<float> values() const {
    const std::vector<float> all = download();
    std::vector<float> inner;
    for (std::int64_t row = 0; row < rows_; ++row) {
      const auto begin = all.begin() + static_cast<std::ptrdiff_t>(index(row, 0));
      inner.insert(inner.end(), begin, begin + cols_);
    }
    return inner;
  }

  // Zeros in the padding, everything around as it was.
  [[nodiscard]] bool padding_is_zero() const {
    const std::vector<float> all = download();
    for (std::int64_t row = 0; row < rows_; ++row) {
      for (std::int64_t col = cols_; col < ops::padded(cols_); ++col) {
        if (all[index(row, col)] != 0.0f) return false;
      }
    }
    return true;
  }
  [[nodiscard]] bool surroundings_are_untouched() const {
    const std::vector<float> all = download();
    for (std::int64_t row = -1; row <= rows_; ++row) {
      const bool outside = row < 0 || row == rows_;
      for (std::int64_t col = outside ? 0 : ops::padded(cols_); col < ld_; ++col) {
        if (all[index(row, col)] != kGuard) return false;
      }
    }
    return true;
  }

 private:
  [[nodiscard]] std::int64_t floats() const { return (rows_ + 2) * ld_; }
  [[nodiscard]] std::size_t index(std::int64_t row, std::int64_t col) const {
    return static_cast<std::size_t>((row + 1) * ld_ + col);
  }
  [[nodiscard]] std::vector<float> download() const {
    std::vector<float> all(static_cast<std::size_t>(floats()));
    backend_->download(all.data(), memory_.get(), floats() * 4);
    return all;
  }
  void upload(const std::vector<float>& all) { backend_->upload(memory_.get(), all.data(), floats() * 4); }

  Backend* backend_;
  std::int64_t rows_;
  std::int32_t cols_;
  std::int64_t ld_;
  Backend::Buffer memory_;
};

// Bit for bit; NaN equals the same NaN.
inline bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() &&
         (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0);
}

}  // namespace cuvae::test
