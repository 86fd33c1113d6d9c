// A batch of rows and what its losses are made of, for tests against plain loops in double.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "support/row_op_run.hpp"

namespace cuvae::test {

using Values = std::vector<float>;

// Alone, in pairs, on both sides of a warp, a vector and a block's columns; with rows that are not active.
inline constexpr Shape kBatches[] = {{1, 1, 1},   {2, 2, 1},   {2, 1, 13},  {5, 3, 13},  {4, 2, 1}, {7, 7, 8},
                                     {33, 33, 3}, {40, 31, 2}, {70, 66, 1}, {12, 9, 67}, {3, 0, 5}};

inline std::string name_of(const Shape& shape) {
  return std::to_string(shape.rows) + " rows (" + std::to_string(shape.active_rows) + " active), " +
         std::to_string(shape.cols) + " columns";
}

inline constexpr float kDataRows = 1000, kCapacity = 0.75f;

// A batch of so many rows, and operands of their shapes; indices are row by row.
class Batch {
 public:
  Batch(Backend& on, const Shape& shape)
      : backend(on),
        rows(static_cast<std::size_t>(shape.rows)),
        active(static_cast<std::size_t>(shape.active_rows)),
        cols(static_cast<std::size_t>(shape.cols)),
        shape_(shape),
        pass_(on, state(shape), some_row_ids(shape.rows)) {}

  static ops::StepState state(const Shape& shape) {
    ops::StepState state = table_state();
    state.pass.active_rows = static_cast<std::int32_t>(shape.active_rows);
    state.pass.batch_rows = static_cast<float>(shape.active_rows);
    state.pass.data_rows = kDataRows;
    state.pass.kl_capacity = kCapacity;
    return state;
  }

  [[nodiscard]] PassContext pass(std::int32_t samples = 1) const {
    PassContext context = pass_.context();
    context.samples = samples;
    return context;
  }
  [[nodiscard]] double kl_weight() const { return static_cast<double>(state(shape_).pass.kl_weight); }
  [[nodiscard]] double row_weight() const { return static_cast<double>(state(shape_).pass.row_weight); }

  [[nodiscard]] Values draw(const Input& input, std::size_t samples = 1) {
    return draws_.floats(static_cast<std::int64_t>(rows * samples * cols), input);
  }
  [[nodiscard]] Values draw_one_each(const Input& input) {
    return draws_.floats(static_cast<std::int64_t>(rows), input);
  }
  [[nodiscard]] Tensor matrix(const Values& values) const {
    return {backend, static_cast<std::int64_t>(values.size() / cols), shape_.cols, values};
  }
  [[nodiscard]] Tensor matrix() const { return {backend, shape_.rows, shape_.cols}; }
  [[nodiscard]] Tensor vector(const Values& values) const {
    return {backend, 1, static_cast<std::int32_t>(values.size()), values};
  }
  [[nodiscard]] Tensor vector(std::size_t size) const {
    return {backend, 1, static_cast<std::int32_t>(size)};
  }

  Backend& backend;
  const std::size_t rows, active, cols;

 private:
  Shape shape_;
  Pass pass_;
  Draws draws_{91};
};

inline double wide(float value) { return static_cast<double>(value); }

// A term that is a factor times an exponential, whose exponent is rounded too.
inline Expected of_exponential(double value, double exponent) {
  return {value, std::abs(value) * (1 + std::abs(exponent))};
}

inline void expect_all_close(const Values& actual, const std::vector<Expected>& wanted, const char* what,
                             double tolerance = 2e-6) {
  ASSERT_EQ(actual.size(), wanted.size()) << what;
  for (std::size_t i = 0; i < actual.size(); ++i) {
    ASSERT_TRUE(is_close(wide(actual[i]), wanted[i], tolerance))
        << what << " " << i << ": " << actual[i] << " instead of " << wanted[i].value;
  }
}

inline void expect_clean(const Tensor& tensor) {
  EXPECT_TRUE(tensor.padding_is_zero());
  EXPECT_TRUE(tensor.surroundings_are_untouched());
}

// Exactly, of rows from `active` on.
inline void expect_zeros_beyond(const Batch& batch, const Values& values, const char* what) {
  for (std::size_t i = batch.active * values.size() / batch.rows; i < values.size(); ++i)
    ASSERT_EQ(values[i], 0.0f) << what << " " << i;
}

// The weight of row j in the estimate of q(z_i), as Chen et al. (2018) write it; 0 of a row that is not
// active.
inline double weight_of_pair(ops::PairWeights weights, std::size_t i, std::size_t j, std::size_t active) {
  const double b = static_cast<double>(active), n = wide(kDataRows);
  if (j >= active) return 0;
  if (weights == ops::PairWeights::uniform) return 1 / b;
  if (weights == ops::PairWeights::minibatch) return 1 / (n * b);
  if (active == 1) return 1;
  if (i == j) return 1 / n;
  return j == (i + 1) % active ? (n - b + 1) / (n * (b - 1)) : 1 / (b - 1);
}

inline double cost_of_pair(ops::PairWeights weights, std::size_t i, std::size_t j, const Batch& batch) {
  const double weight = weight_of_pair(weights, i, j, batch.active);
  return weight == 0 ? 1e30 : -std::log(weight * static_cast<double>(batch.rows));
}

inline Values costs_of_pairs(ops::PairWeights weights, const Batch& batch) {
  Values costs;
  for (std::size_t i = 0; i < batch.rows; ++i) {
    for (std::size_t j = 0; j < batch.rows; ++j)
      costs.push_back(static_cast<float>(cost_of_pair(weights, i, j, batch)));
  }
  return costs;
}

}  // namespace cuvae::test
