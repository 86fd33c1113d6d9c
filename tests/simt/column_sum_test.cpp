// column_sum_kernel against sums in double.
#include "kernels/cuda/column_sum.cuh"

#include <gtest/gtest.h>

#include "framed.hpp"
#include "support/draws.hpp"

namespace cuvae::test {
namespace {

// Runs of rows end at 512; 32 columns of float and 64 of bfloat16 are those of a block.
constexpr std::int64_t kRows[] = {1, 3, 31, 33, 512, 513, 1025};
constexpr std::int32_t kCols[] = {8, 40, 72};

struct Case {
  std::int64_t rows;
  std::int32_t cols;
  cuda::SumMode mode;
};

template <class Stored>
Matrix<Stored> draw(const Case& c) {
  const Layout layout{.width = c.cols, .ld = c.cols + ops::kPadding};
  Matrix<Stored> values(c.rows, c.cols, layout, Fill::input);
  Draws draws(9);
  for (std::int64_t row = 0; row < c.rows; ++row) {
    for (std::int32_t col = 0; col < c.cols; ++col)
      values.at(row, col) = stored<Stored>(draws.uniform(-1, 3));
  }
  return values;
}

template <class Stored>
Framed<float> sums_of(const Matrix<Stored>& values, const Case& c) {
  Framed<float> sums(c.cols, Fill::output);
  if (c.mode == cuda::SumMode::accumulate) std::fill_n(sums.data(), c.cols, 5.0f);
  cuda::column_sum(cuda::ColumnSumIo<Stored>{values.data(), values.ld(), c.rows, c.cols, sums.data(), c.mode},
                   {});
  return sums;
}

template <class Stored>
void check(const Case& c) {
  SCOPED_TRACE(testing::Message() << c.rows << " x " << c.cols << ", mode " << static_cast<int>(c.mode));
  const Matrix<Stored> values = draw<Stored>(c);
  const Framed<float> sums = sums_of(values, c), again = sums_of(values, c);
  for (std::int32_t col = 0; col < c.cols; ++col) {
    double expected = c.mode == cuda::SumMode::accumulate ? 5 : 0, magnitude = expected;
    for (std::int64_t row = 0; row < c.rows; ++row) {
      expected += value_of(values.at(row, col));
      magnitude += std::abs(value_of(values.at(row, col)));
    }
    const double allowed = magnitude * 0x1p-24 * (cuda::kSumRun + 2);
    ASSERT_NEAR(static_cast<double>(sums[col]), expected, allowed) << "column " << col;
  }
  EXPECT_EQ(0, std::memcmp(sums.data(), again.data(), static_cast<std::size_t>(c.cols) * sizeof(float)));
  EXPECT_TRUE(sums.frame_is_untouched());
}

template <class Stored>
void check_all() {
  for (const std::int64_t rows : kRows) {
    for (const std::int32_t cols : kCols) {
      check<Stored>({rows, cols, cuda::SumMode::overwrite});
      if (rows < 33) check<Stored>({rows, cols, cuda::SumMode::accumulate});
    }
  }
}

TEST(ColumnSumKernel, AgreesWithDouble) { check_all<float>(); }

TEST(ColumnSumKernel, AgreesWithDoubleInBfloat16) { check_all<ops::Bf16>(); }

TEST(ColumnSumKernel, GivesZerosForNoRows) {
  Framed<float> sums(8, Fill::output);
  cuda::column_sum(cuda::ColumnSumIo<float>{.ld = 8, .cols = 8, .sums = sums.data()}, {});
  for (int col = 0; col < 8; ++col) EXPECT_EQ(sums[col], 0.0f);
}

// A sum in float alone would stay at 2^24.
TEST(ColumnSumKernel, AddsItsRunsInDouble) {
  constexpr std::int64_t kTall = 2048;
  const Matrix<float> values(kTall, 8, {.width = 8, .ld = 8}, Fill::input);
  for (std::int64_t row = 0; row < kTall; ++row) {
    for (std::int32_t col = 0; col < 8; ++col)
      values.at(row, col) = row == 0 ? 0x1p25f : row < 32 ? 0.0f : 1.0f;
  }
  const Framed<float> sums = sums_of(values, {kTall, 8, cuda::SumMode::overwrite});
  for (int col = 0; col < 8; ++col) EXPECT_NEAR(static_cast<double>(sums[col]), 0x1p25 + 2016, 16);
}

}  // namespace
}  // namespace cuvae::test
