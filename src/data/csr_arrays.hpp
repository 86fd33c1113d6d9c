// The arrays of a sparse matrix, value by value.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "src/data/value_stream.hpp"

namespace cuvae::data {

inline constexpr std::string_view kMatrixAgain = "Write the matrix again with scipy.sparse.save_npz.";

// i32 or i64, in one dimension. Throws Error(data), naming `source`, for anything else.
class IndexArray {
 public:
  IndexArray(std::unique_ptr<ValueStream> values, const std::string& source);

  [[nodiscard]] std::int64_t count() const { return values_->header().rows(); }
  // To be called count() times at most; who has called it as often has seen the array's checksum hold.
  [[nodiscard]] std::int64_t next() {
    if (at_ == block_.size()) refill();
    return block_[at_++];
  }

 private:
  void refill();

  std::unique_ptr<ValueStream> values_;
  std::vector<std::int64_t> block_;
  std::size_t at_ = 0;
};

// Numbers of any type as float32, in one dimension; used as IndexArray is.
class NumberArray {
 public:
  NumberArray(std::unique_ptr<ValueStream> values, const std::string& source);

  [[nodiscard]] std::int64_t count() const { return values_->header().rows(); }
  [[nodiscard]] ElementType type() const { return values_->header().type; }
  [[nodiscard]] float next() {
    if (at_ == block_.size()) refill();
    return block_[at_++];
  }

 private:
  void refill();

  std::unique_ptr<ValueStream> values_;
  std::vector<float> block_;
  std::size_t at_ = 0;
};

}  // namespace cuvae::data
