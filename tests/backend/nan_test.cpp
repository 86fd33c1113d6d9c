// What is not a number must reach the loss: no loop may swallow it, wherever in a row it stands.
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "backend/on_each_machine.hpp"
#include "support/row_op_run.hpp"

namespace cuvae::test {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

class NotANumber : public OnEachMachine {};
INSTANTIATE_TEST_SUITE_P(On, NotANumber, testing::ValuesIn(machines()), machine_name);

bool is_nan(float value) { return std::isnan(value); }

// In each of the first `inputs` inputs in turn, at each column, in the second row where inputs have rows.
template <class Row, class Check>
void with_each_nan(const Row& row, const Shape& shape, std::size_t inputs, const Check& check) {
  for (std::size_t which = 0; which < inputs; ++which) {
    if (row.inputs[which].feed == Feed::unread) continue;
    const bool per_element = row.inputs[which].feed == Feed::per_element;
    for (std::int32_t col = 0; col < shape.cols; ++col) {
      SCOPED_TRACE(std::string(row.name) + ", input " + std::to_string(which) + ", column " +
                   std::to_string(col));
      auto in = draw_inputs(row, shape, 51);
      in[which][static_cast<std::size_t>((per_element ? shape.cols : 0) + col)] = kNan;
      check(in, col, per_element);
    }
  }
}

TEST_P(NotANumber, AnywhereInARowMakesItsLossNan) {
  const auto on = backend();
  for (const std::int32_t cols : {1, 13, 300}) {
    const Shape shape{3, 3, cols};
    for_each(row_ops(), [&](const auto& row) {
      if (row.loss == RowLoss::none) return;
      with_each_nan(row, shape, row.inputs.size(), [&](const auto& in, std::int32_t, bool per_element) {
        const RowOpResult result = run_row_op(*on, row, shape, in);
        EXPECT_TRUE(is_nan(result.row_loss[1]));
        EXPECT_EQ(is_nan(result.row_loss[0]), !per_element);
        EXPECT_EQ(is_nan(result.row_loss[2]), !per_element);
      });
    });
  }
}

// How many inputs pass a NaN on to an output. Not: binarized data (that data hold no NaN is checked where
// they are read), and what an activation kept for its backward, whose NaN the loss has seen.
template <class Op>
constexpr std::size_t kInputsPassedOn = Op::kIn;
template <>
constexpr std::size_t kInputsPassedOn<ops::BinarizeDynamic> = 0;
template <>
constexpr std::size_t kInputsPassedOn<ops::BinarizeThreshold> = 0;
template <class Function>
constexpr std::size_t kInputsPassedOn<ops::ActivationBackward<Function>> = 1;

TEST_P(NotANumber, IsPassedOnByEveryOp) {
  const auto on = backend();
  const Shape shape{3, 3, 21};
  for_each(row_ops(), [&](const auto& row) {
    using Op = typename std::decay_t<decltype(row)>::Op;
    with_each_nan(row, shape, kInputsPassedOn<Op>, [&](const auto& in, std::int32_t col, bool) {
      const RowOpResult result = run_row_op(*on, row, shape, in);
      const auto at = static_cast<std::size_t>(shape.cols + col);
      EXPECT_TRUE(std::any_of(result.out.begin(), result.out.end(),
                              [&](const auto& out) { return is_nan(out[at]); }));
    });
  });
}

}  // namespace
}  // namespace cuvae::test
