// Every row op of the table through the loops of a backend, against the op in double on each element.
#include "support/row_op_run.hpp"

#include <gtest/gtest.h>

#include "backend/on_each_machine.hpp"

namespace cuvae::test {
namespace {

class RowOps : public OnEachMachine {};
INSTANTIATE_TEST_SUITE_P(On, RowOps, testing::ValuesIn(machines()), machine_name);

std::vector<Shape> shapes() {
  std::vector<Shape> all;
  for (const std::int32_t cols : {1, 3, 7, 8, 9, 13, 31, 32, 33, 50, 64, 784, 1025}) {
    for (const std::int64_t rows : {1, 5, 8, 9}) all.push_back({rows, rows, cols});
  }
  for (const std::int32_t cols : {1, 13, 50, 129}) all.push_back({130, 130, cols});
  return all;
}

template <class Op>
void expect_as_oracle(const RowOpResult& actual, const RowOpOracle<Op>& oracle, double tolerance) {
  EXPECT_TRUE(actual.padding_is_zero);
  EXPECT_TRUE(actual.surroundings_are_untouched);
  for (std::size_t k = 0; k < Op::kOut; ++k) {
    for (std::size_t i = 0; i < oracle.out.size(); ++i) {
      const Expected& expected = oracle.out[i][k];
      ASSERT_TRUE(is_close(static_cast<double>(actual.out[k][i]), expected, tolerance))
          << "output " << k << ", element " << i << ": " << actual.out[k][i] << " instead of "
          << expected.value;
    }
  }
  for (std::size_t row = 0; row < actual.row_loss.size(); ++row) {
    const Expected& expected = oracle.row_loss[row];
    ASSERT_TRUE(is_close(static_cast<double>(actual.row_loss[row]), expected, tolerance))
        << "loss of row " << row << ": " << actual.row_loss[row] << " instead of " << expected.value;
  }
}

template <class Row>
void check(Backend& backend, const Row& row, const Shape& shape) {
  SCOPED_TRACE(std::string(row.name) + ", " + std::to_string(shape.rows) + " x " +
               std::to_string(shape.cols) + ", active " + std::to_string(shape.active_rows));
  const auto in = draw_inputs(row, shape, 31);
  expect_as_oracle(run_row_op(backend, row, shape, in), row_op_oracle(row, shape, in), row.tolerance);
}

TEST_P(RowOps, AgreeWithTheDoubleOracleInEveryShape) {
  const auto on = backend();
  for_each(row_ops(), [&](const auto& row) {
    for (const Shape& shape : shapes()) check(*on, row, shape);
  });
}

// A layer's forward may compute them (backend.hpp).
template <class Op>
inline constexpr bool kPromisesZeros = true;
template <class Function>
inline constexpr bool kPromisesZeros<ops::BiasActivation<Function>> = false;

TEST_P(RowOps, GiveZerosForRowsThatAreNotActive) {
  const auto on = backend();
  for_each(row_ops(), [&](const auto& row) {
    if (!kPromisesZeros<typename std::decay_t<decltype(row)>::Op>) return;
    for (const Shape& shape : {Shape{9, 5, 13}, Shape{130, 1, 33}, Shape{8, 0, 64}}) check(*on, row, shape);
  });
}

TEST_P(RowOps, GiveTheSameBitsForAnyNumberOfThreads) {
  for_each(row_ops(), [&](const auto& row) {
    SCOPED_TRACE(row.name);
    for (const Shape& shape : {Shape{130, 127, 1025}, Shape{5, 5, 784}}) {
      const auto in = draw_inputs(row, shape, 32);
      const RowOpResult alone = run_row_op(*backend(1), row, shape, in);
      for (const int threads : {2, 3, 4}) {
        const RowOpResult shared = run_row_op(*backend(threads), row, shape, in);
        for (std::size_t k = 0; k < alone.out.size(); ++k)
          EXPECT_TRUE(same_bits(alone.out[k], shared.out[k])) << threads;
        EXPECT_TRUE(same_bits(alone.row_loss, shared.row_loss)) << threads;
      }
    }
  });
}

}  // namespace
}  // namespace cuvae::test
