// Rows that hold their own numbers, for ops that ask which rows they compare.
#pragma once

#include <vector>

#include "src/model/buffers.hpp"

namespace cuvae::model {

inline void plan_numbers(NetworkPlan& plan, std::int64_t rows) { plan.add("row_numbers", rows, 1); }

// [rows, 1]: 0, 1, 2, ...
inline Matrix numbered_rows(Backend& backend, const Buffers& buffers) {
  const Matrix numbers = buffers.matrix("row_numbers");
  std::vector<float> values(static_cast<std::size_t>(numbers.rows * numbers.ld));
  for (std::int64_t row = 0; row < numbers.rows; ++row)
    values[static_cast<std::size_t>(row * numbers.ld)] = static_cast<float>(row);
  backend.upload(numbers.data, values.data(), static_cast<std::int64_t>(values.size() * sizeof(float)));
  return numbers;
}

}  // namespace cuvae::model
