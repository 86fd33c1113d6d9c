// Float against double for every op of the table, on the same inputs and noise.
#include <gtest/gtest.h>

#include "support/compare.hpp"
#include "support/draws.hpp"
#include "support/op_table.hpp"

namespace cuvae::test {
namespace {

constexpr int kPoints = 20'000;

void expect_close(float actual, const Expected& expected, double tolerance) {
  EXPECT_TRUE(is_close(static_cast<double>(actual), expected, tolerance))
      << "float: " << actual << ", double: " << expected.value
      << ", allowed error: " << allowed_error(expected, tolerance);
}

template <class Row>
void check_row_op(const Row& row) {
  using Op = typename Row::Op;
  SCOPED_TRACE(row.name);
  const Op op = ops::bind(row.op, table_state());
  Draws draws(11);
  for (int point = 0; point < kPoints && !testing::Test::HasFailure(); ++point) {
    float in[Op::kIn];
    double wide[Op::kIn];
    for (std::size_t k = 0; k < Op::kIn; ++k) wide[k] = in[k] = static_cast<float>(draws.of(row.inputs[k]));
    const float noise = static_cast<float>(draws.uniform(0, 1));
    const auto actual = apply<float>(op, in, noise);
    const auto expected = expected_term(op, wide, static_cast<double>(noise));
    for (std::size_t k = 0; k < Op::kOut; ++k) expect_close(actual.out[k], expected[k], row.tolerance);
    expect_close(actual.loss, expected[Op::kOut], row.tolerance);
  }
}

TEST(Precision, OfEveryRowOpInFloatIsThatOfItsTolerance) {
  for_each(row_ops(), [](const auto& row) { check_row_op(row); });
}

template <class Row>
void check_map_op(const Row& row) {
  using Op = typename Row::Op;
  SCOPED_TRACE(row.name);
  const Op op = ops::bind(row.op, table_state());
  Draws draws(12);
  for (int point = 0; point < kPoints && !testing::Test::HasFailure(); ++point) {
    float in[Op::kIn], actual[Op::kOut];
    double wide[Op::kIn];
    for (std::size_t k = 0; k < Op::kIn; ++k) wide[k] = in[k] = static_cast<float>(draws.of(row.inputs[k]));
    op(in, actual);
    const auto expected = expected_map(op, wide);
    for (std::size_t k = 0; k < Op::kOut; ++k) expect_close(actual[k], expected[k], row.tolerance);
  }
}

TEST(Precision, OfEveryMapOpInFloatIsThatOfItsTolerance) {
  for_each(map_ops(), [](const auto& row) { check_map_op(row); });
}

}  // namespace
}  // namespace cuvae::test
