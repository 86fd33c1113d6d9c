// group_map_reduce_kernel against the ops in double.
#include "kernels/cuda/group_map_reduce.cuh"

#include <gtest/gtest.h>

#include "framed.hpp"
#include "support/draws.hpp"

namespace cuvae::test {
namespace {

struct Case {
  std::int64_t rows, active_rows;
  std::int32_t cols, categories;
};

// Groups around the width of a team and of a warp, the last one cut short, padding, rows that are not active.
constexpr Case kCases[] = {{1, 1, 2, 2},   {9, 7, 15, 5},   {3, 0, 21, 7},   {3, 3, 13, 4},   {2, 2, 62, 31},
                           {3, 2, 64, 32}, {2, 2, 297, 33}, {2, 1, 1032, 3}, {2, 2, 600, 300}};

template <class Stored>
Matrix<Stored> drawn(const Case& c, const Input& range, std::uint64_t seed) {
  const std::int32_t width = ops::padded(c.cols);
  Matrix<Stored> matrix(c.rows, c.cols, {.width = width, .ld = width + ops::kPadding}, Fill::input);
  Draws draws(seed);
  for (std::int64_t row = 0; row < c.rows; ++row) {
    for (std::int32_t col = 0; col < c.cols; ++col) matrix.at(row, col) = stored<Stored>(draws.of(range));
  }
  return matrix;
}

template <class Stored>
Matrix<Stored> empty(const Case& c) {
  const std::int32_t width = ops::padded(c.cols);
  return Matrix<Stored>(c.rows, c.cols, {.width = width, .ld = width + ops::kPadding}, Fill::output);
}

template <class Stored>
double storage_error(double magnitude) {
  return std::is_same_v<Stored, ops::Bf16> ? magnitude * 0x1p-8 : 0;
}

ops::StepState state_of(const Case& c) {
  ops::StepState state = table_state();
  state.pass.active_rows = static_cast<std::int32_t>(c.active_rows);
  return state;
}

// Of an active row, over columns begin ..
template <class Logits>
ops::CategoryGroup<double> group_of(const Case& c, const Logits& logits, const Matrix<float>& x,
                                    std::int64_t row, std::int32_t begin) {
  double largest = value_of(logits.at(row, begin)), sum = 0, weight = 0;
  const std::int32_t end = std::min(begin + c.categories, c.cols);
  for (std::int32_t col = begin; col < end; ++col) largest = std::max(largest, value_of(logits.at(row, col)));
  for (std::int32_t col = begin; col < end; ++col) {
    sum += std::exp(value_of(logits.at(row, col)) - largest);
    weight += value_of(x.at(row, col));
  }
  return ops::CategoryGroup<double>::of(largest, sum, weight);
}

template <class Stored, int kThreadsPerRow, int kTeam>
void check_nll(const Case& c) {
  SCOPED_TRACE(testing::Message() << c.rows << " x " << c.cols << " in groups of " << c.categories << ", "
                                  << kThreadsPerRow << " threads a row, " << kTeam << " a group");
  const Matrix<Stored> logits = drawn<Stored>(c, kLogit, 3);
  const Matrix<float> x = drawn<float>(c, kProbability, 4);
  const Matrix<Stored> out = empty<Stored>(c);
  Framed<float> row_loss(c.rows, Fill::output);
  const ops::StepState state = state_of(c);
  const ops::RowIo<2, 1> io{{{logits.data(), logits.ld(), ops::kElementOf<Stored>}, {x.data(), x.ld()}},
                            {{out.data(), out.ld(), ops::kElementOf<Stored>}},
                            row_loss.data(),
                            c.rows,
                            c.cols,
                            ops::padded(c.cols)};
  constexpr int kRows = cuda::kBlockThreads / kThreadsPerRow;
  cuda::launch(cuda::group_map_reduce_kernel<ops::CategoricalNll, cuda::Types<Stored, float>,
                                             cuda::Types<Stored>, kThreadsPerRow, kTeam>,
               (c.rows + kRows - 1) / kRows, cuda::kBlockThreads, {}, ops::CategoricalNll{}, io, c.categories,
               {.state = &state});
  const auto op = ops::bind(ops::CategoricalNll{}, state);
  for (std::int64_t row = 0; row < c.rows; ++row) {
    double loss = 0;
    for (std::int32_t col = 0; col < c.cols; ++col) {
      double expected = 0;
      if (row < c.active_rows) {
        const auto group = group_of(c, logits, x, row, col / c.categories * c.categories);
        const auto term = op({value_of(logits.at(row, col)), value_of(x.at(row, col))}, group);
        expected = term.out[0], loss += term.loss;
      }
      ASSERT_NEAR(value_of(out.at(row, col)), expected, 1e-6 + storage_error<Stored>(std::abs(expected)))
          << row << ", " << col;
    }
    ASSERT_NEAR(static_cast<double>(row_loss[row]), loss, 2e-6 * (1 + loss)) << row;
  }
  EXPECT_TRUE(out.padding_is_zero());
  EXPECT_TRUE(out.surroundings_are_untouched());
  EXPECT_TRUE(row_loss.frame_is_untouched());
}

template <class Stored>
void check_all() {
  for (const Case& c : kCases) {
    check_nll<Stored, 32, 4>(c);
    check_nll<Stored, 32, 32>(c);
    if (c.rows > 3) continue;
    check_nll<Stored, cuda::kBlockThreads, 4>(c);
    check_nll<Stored, cuda::kBlockThreads, 32>(c);
  }
}

TEST(GroupMapReduceKernel, AgreesWithDouble) { check_all<float>(); }

TEST(GroupMapReduceKernel, AgreesWithDoubleInBfloat16) { check_all<ops::Bf16>(); }

// As it is launched: which of the kernels, by the width of groups and rows; in place of the logits.
TEST(GroupMapReduceKernel, GivesProbabilitiesInPlaceOfLogits) {
  for (const Case& c : kCases) {
    SCOPED_TRACE(testing::Message() << c.cols << " columns");
    const Matrix<float> before = drawn<float>(c, kLogit, 5), values = drawn<float>(c, kLogit, 5);
    const ops::StepState state = state_of(c);
    const ops::RowIo<1, 1> io{{{values.data(), values.ld()}},
                              {{values.data(), values.ld()}},
                              nullptr,
                              c.rows,
                              c.cols,
                              ops::padded(c.cols)};
    cuda::group_map_reduce<ops::Softmax, cuda::Types<float>, cuda::Types<float>>({}, io, c.categories,
                                                                                 {.state = &state}, {});
    for (std::int64_t row = 0; row < c.rows; ++row) {
      for (std::int32_t col = 0; col < c.cols; ++col) {
        const bool active = row < c.active_rows;
        const auto group = group_of(c, before, before, row, col / c.categories * c.categories);
        const double expected = active ? ops::Softmax{}({value_of(before.at(row, col))}, group).out[0] : 0;
        ASSERT_NEAR(value_of(values.at(row, col)), expected, 1e-5) << row << ", " << col;
      }
    }
    EXPECT_TRUE(values.padding_is_zero());
    EXPECT_TRUE(values.surroundings_are_untouched());
  }
}

}  // namespace
}  // namespace cuvae::test
