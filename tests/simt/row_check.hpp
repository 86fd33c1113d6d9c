// What row_map_reduce_kernel should give, from the op in double, and the comparison with what it gave.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "row_run.hpp"
#include "row_storage.hpp"
#include "support/compare.hpp"

namespace cuvae::test {

// Widths around those of a vector, of a warp and of a block; few rows, and rows that are not active. A block
// per row costs 256 threads each, and its rows know nothing of one another: it is given few.
inline constexpr Shape kShapes[] = {{1, 1, 1},  {3, 3, 3},  {3, 2, 8},  {9, 9, 13},  {1, 1, 31},  {3, 1, 32},
                                    {1, 1, 33}, {9, 5, 50}, {3, 0, 50}, {2, 2, 257}, {2, 1, 1025}};

template <class Op>
struct RowOracle {
  std::vector<std::array<Expected, Op::kOut>> out;  // rows x cols
  std::vector<Expected> row_loss;
};

template <class Row>
RowOracle<typename Row::Op> row_oracle(const Row& row, const Shape& shape,
                                       const std::vector<std::vector<double>>& in) {
  using Op = typename Row::Op;
  const ops::StepState state = table_state();
  const Op op = ops::bind(row.op, state);
  RowOracle<Op> oracle{
      std::vector<std::array<Expected, Op::kOut>>(static_cast<std::size_t>(shape.rows * shape.cols)),
      std::vector<Expected>(static_cast<std::size_t>(shape.rows))};
  for (std::int64_t r = 0; r < shape.active_rows; ++r) {
    for (std::int32_t c = 0; c < shape.cols; ++c) {
      const auto element = static_cast<std::size_t>(r * shape.cols + c);
      double values[Op::kIn];
      for (std::size_t k = 0; k < Op::kIn; ++k)
        values[k] = in[k][row.inputs[k].feed == Feed::per_element ? element : static_cast<std::size_t>(c)];
      const auto term =
          expected_term(op, values, noise_at(Op::kNoise, kNoiseSource, state.step, row_id(r), c));
      std::copy_n(term.begin(), Op::kOut, oracle.out[element].begin());
      oracle.row_loss[static_cast<std::size_t>(r)] += term[Op::kOut];
    }
  }
  return oracle;
}

// Half a unit in the last place of a bfloat16 of this size, where it is stored as one.
template <class Stored>
double storage_error(double magnitude) {
  return std::is_same_v<Stored, ops::Bf16> && magnitude > 0 ? std::ldexp(1, std::ilogb(magnitude) - 8) : 0;
}

template <class Stored>
void expect_output(const std::vector<double>& actual, const std::vector<Expected>& expected,
                   double tolerance) {
  for (std::size_t e = 0; e < actual.size(); ++e) {
    const double allowed = allowed_error(expected[e], tolerance);
    const double rounding = storage_error<Stored>(std::abs(expected[e].value) + allowed);
    ASSERT_LE(std::abs(actual[e] - expected[e].value), allowed + rounding)
        << "element " << e << ": " << actual[e] << " instead of " << expected[e].value;
  }
}

template <class Out, class Op>
void expect_as_oracle(const RowResult& actual, const RowOracle<Op>& oracle, double tolerance) {
  EXPECT_TRUE(actual.padding_is_zero);
  EXPECT_TRUE(actual.surroundings_are_untouched);
  [&]<std::size_t... k>(std::index_sequence<k...>) {
    (
        [&] {
          SCOPED_TRACE("output " + std::to_string(k));
          std::vector<Expected> expected;
          for (const auto& outputs : oracle.out) expected.push_back(outputs[k]);
          expect_output<typename Out::template At<k>>(actual.out[k], expected, tolerance);
        }(),
        ...);
  }
  (std::make_index_sequence<Op::kOut>());
  for (std::size_t row = 0; row < actual.row_loss.size(); ++row) {
    ASSERT_TRUE(is_close(static_cast<double>(actual.row_loss[row]), oracle.row_loss[row], tolerance))
        << "loss of row " << row << ": " << actual.row_loss[row] << " instead of "
        << oracle.row_loss[row].value;
  }
}

inline std::string name_of(std::string_view op, const Shape& shape) {
  return std::string(op) + ", " + std::to_string(shape.rows) + " x " + std::to_string(shape.cols) +
         ", active " + std::to_string(shape.active_rows);
}

// Both row widths, in vectors and element by element.
template <template <class> class Storage, class Row>
void check_row_op(const Row& row, const Shape& shape) {
  using In = typename Storage<typename Row::Op>::In;
  using Out = typename Storage<typename Row::Op>::Out;
  constexpr int kVec = cuda::kVectorOf<In, Out>, kBlock = cuda::kBlockThreads;
  SCOPED_TRACE(name_of(row.name, shape));
  const auto in = draw_inputs<In>(row, shape, 31);
  const auto oracle = row_oracle(row, shape, in);
  const auto check = [&](std::string_view variant, const RowResult& actual) {
    SCOPED_TRACE(variant);
    expect_as_oracle<Out>(actual, oracle, row.tolerance);
  };
  check("a warp per row, vectors", run_row_op<In, Out, 32, kVec>(row, shape, in));
  check("a warp per row, elements", run_row_op<In, Out, 32, 1>(row, shape, in));
  if (shape.rows > 3) return;
  check("a block per row, vectors", run_row_op<In, Out, kBlock, kVec>(row, shape, in));
  check("a block per row, elements", run_row_op<In, Out, kBlock, 1>(row, shape, in));
}

// Again, and with the first output in place of the first input, where it can be: the same bits.
template <template <class> class Storage, class Row>
void check_repetition(const Row& row, const Shape& shape) {
  using In = typename Storage<typename Row::Op>::In;
  using Out = typename Storage<typename Row::Op>::Out;
  constexpr int kVec = cuda::kVectorOf<In, Out>, kBlock = cuda::kBlockThreads;
  SCOPED_TRACE(name_of(row.name, shape));
  const auto in = draw_inputs<In>(row, shape, 32);
  const auto expect_same = [&](const auto& run) {
    const RowResult once = run(Place::apart), again = run(Place::apart);
    EXPECT_EQ(once.out, again.out);
    EXPECT_EQ(once.row_loss, again.row_loss);
    if constexpr (std::is_same_v<typename In::template At<0>, typename Out::template At<0>>) {
      if (row.inputs[0].feed != Feed::per_element) return;
      const RowResult over = run(Place::over_first_input);
      EXPECT_EQ(once.out, over.out);
      EXPECT_EQ(once.row_loss, over.row_loss);
      EXPECT_TRUE(over.padding_is_zero);
      EXPECT_TRUE(over.surroundings_are_untouched);
    }
  };
  expect_same([&](Place place) { return run_row_op<In, Out, 32, kVec>(row, shape, in, place); });
  expect_same([&](Place place) { return run_row_op<In, Out, kBlock, 1>(row, shape, in, place); });
}

}  // namespace cuvae::test
