// Sums in a fixed order: their values, and their bits for any number of threads.
#include <gtest/gtest.h>

#include <limits>

#include "backend/on_each_machine.hpp"
#include "support/row_op_run.hpp"

namespace cuvae::test {
namespace {

constexpr Input kWide{-100, 100};

class Reductions : public OnEachMachine {};
INSTANTIATE_TEST_SUITE_P(On, Reductions, testing::ValuesIn(machines()), machine_name);

std::vector<float> column_sum(Backend& on, const std::vector<float>& values, std::int64_t rows,
                              std::int32_t cols, GradientMode mode) {
  const Pass pass(on, {}, {0});
  const Tensor matrix(on, rows, cols, values);
  const Tensor sums(on, 1, cols, std::vector<float>(static_cast<std::size_t>(cols), 1000.0f));
  on.column_sum(pass.context(), matrix.matrix(), sums.data(), mode);
  EXPECT_TRUE(sums.padding_is_zero());
  EXPECT_TRUE(sums.surroundings_are_untouched());
  return sums.values();
}

TEST_P(Reductions, ColumnSumsAreThoseOfDouble) {
  const auto on = backend();
  for (const std::int64_t rows : {1, 5, 9, 130}) {
    for (const std::int32_t cols : {1, 8, 13, 63, 64, 65, 784}) {
      const auto values = Draws(61).floats(rows * cols, kWide);
      const auto overwritten = column_sum(*on, values, rows, cols, GradientMode::overwrite);
      const auto accumulated = column_sum(*on, values, rows, cols, GradientMode::accumulate);
      for (std::int32_t col = 0; col < cols; ++col) {
        double sum = 0;
        for (std::int64_t row = 0; row < rows; ++row)
          sum += static_cast<double>(values[static_cast<std::size_t>(row * cols + col)]);
        const auto c = static_cast<std::size_t>(col);
        const double slack = rounding_of_sums() * static_cast<double>(rows) * kWide.high;
        ASSERT_NEAR(static_cast<double>(overwritten[c]), static_cast<double>(static_cast<float>(sum)), slack)
            << rows << " x " << cols << ", column " << col;
        ASSERT_NEAR(static_cast<double>(accumulated[c]), 1000 + sum, 2e-4 + slack)
            << rows << " x " << cols << ", column " << col;
      }
    }
  }
}

TEST_P(Reductions, ColumnSumsHaveTheSameBitsForAnyNumberOfThreads) {
  const auto values = Draws(62).floats(300 * 784, kWide);
  const auto alone = column_sum(*backend(1), values, 300, 784, GradientMode::overwrite);
  for (const int threads : {2, 3, 4}) {
    EXPECT_TRUE(same_bits(alone, column_sum(*backend(threads), values, 300, 784, GradientMode::overwrite)));
  }
}

TEST_P(Reductions, TotalsAndBroadcastsAreEachOthersBackward) {
  const auto on = backend();
  const Pass pass(*on, {}, {0});
  const std::int32_t cols = 13;
  const Tensor value(*on, 1, 1, {2.5f}), row(*on, 1, cols);
  on->broadcast(pass.context(), value.data(), row.data(), cols);
  EXPECT_EQ(row.values(), std::vector<float>(13, 2.5f));
  const Tensor sum(*on, 1, 1, {100.0f});
  on->total(pass.context(), row.data(), cols, sum.data(), GradientMode::accumulate);
  EXPECT_EQ(sum.values()[0], 132.5f);
  on->total(pass.context(), row.data(), cols, sum.data(), GradientMode::overwrite);
  EXPECT_EQ(sum.values()[0], 32.5f);
  EXPECT_TRUE(row.surroundings_are_untouched());
}

TEST_P(Reductions, LossesOfRowsAreAddedInDouble) {
  const auto on = backend();
  ops::StepState state;
  state.pass = {.active_rows = 129, .kl_weight = 0.5f};
  const Pass pass(*on, state, {0});
  const auto nll = Draws(63).floats(130, kWide), kl = Draws(64).floats(130, kWide);
  const Tensor row_nll(*on, 1, 130, nll), row_kl(*on, 1, 130, kl);
  double nll_sum = 0, kl_sum = 0;
  for (std::size_t row = 0; row < 130; ++row) {
    nll_sum += static_cast<double>(nll[row]);
    kl_sum += static_cast<double>(kl[row]);
  }
  on->add_losses(pass.context(), {row_nll.data(), row_kl.data(), nullptr, 130});
  const ops::LossSums sums = pass.state().batch;
  EXPECT_NEAR(sums.nll, nll_sum, 1e-9);
  EXPECT_NEAR(sums.kl, kl_sum, 1e-9);
  EXPECT_NEAR(sums.objective, nll_sum + 0.5 * kl_sum, 1e-9);
  EXPECT_EQ(sums.rows, 129);
}

ops::StepState judge(Backend& on, const std::vector<float>& gradients, double clip_norm) {
  const Pass pass(on, {}, {0});
  const auto size = static_cast<std::int64_t>(gradients.size());
  const Tensor gradient(on, 1, static_cast<std::int32_t>(size), gradients);
  const auto scratch = on.allocate(on.scratch_bytes(size));
  ParameterArenas arenas;
  arenas.gradients = gradient.data();
  arenas.size = size;
  arenas.scratch = scratch.get();
  on.end_step(pass.context(), arenas, clip_norm);
  return pass.state();
}

TEST_P(Reductions, GradientNormIsThatOfDoubleWithTheSameBitsForAnyNumberOfThreads) {
  for (const std::int64_t size : {64, 128, 16384, 16448, 100'032}) {
    const auto gradients = Draws(65).floats(size, kWide);
    double square = 0;
    for (const float g : gradients) square += static_cast<double>(g) * static_cast<double>(g);
    const ops::StepState alone = judge(*backend(1), gradients, 7);
    EXPECT_NEAR(alone.gradient_square, square, 1e-12 * square) << size;
    EXPECT_FLOAT_EQ(alone.gradient_scale, static_cast<float>(7 / std::sqrt(square)));
    EXPECT_EQ(alone.finite, 1);
    for (const int threads : {2, 3, 4}) {
      EXPECT_EQ(judge(*backend(threads), gradients, 7).gradient_square, alone.gradient_square) << size;
    }
  }
}

TEST_P(Reductions, GradientIsJudgedByItsEveryElement) {
  const auto on = backend();
  const std::size_t size = 16384 * 2 + 64;
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    for (const std::size_t at :
         {std::size_t{0}, std::size_t{7}, std::size_t{16383}, std::size_t{16384}, size - 9, size - 1}) {
      std::vector<float> gradients(size, 0.5f);
      gradients[at] = bad;
      EXPECT_EQ(judge(*on, gradients, 1).finite, 0) << bad << " at " << at;
    }
  }
  EXPECT_EQ(judge(*on, std::vector<float>(size, 1e30f), 1).finite, 1) << "squares are summed in double";
}

}  // namespace
}  // namespace cuvae::test
