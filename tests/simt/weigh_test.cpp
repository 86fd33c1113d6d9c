// weigh_kernel against shares and sums in double.
#include "kernels/cuda/weigh.cuh"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <vector>

#include "framed.hpp"
#include "kernels/ops/importance.hpp"
#include "support/draws.hpp"

namespace cuvae::test {
namespace {

void check(std::int64_t rows, std::int64_t active_rows, std::int32_t samples) {
  SCOPED_TRACE(std::to_string(rows) + " rows of " + std::to_string(samples));
  Draws draws(5);
  Framed<float> nll(rows * samples, Fill::input), kl(rows * samples, Fill::input),
      weights(rows * samples, Fill::output), objective(rows, Fill::output);
  for (std::int64_t i = 0; i < rows * samples; ++i) {
    nll[i] = static_cast<float>(draws.uniform(80, 95));
    kl[i] = static_cast<float>(draws.uniform(10, 30));
  }
  ops::StepState state;
  state.pass = {.active_rows = static_cast<std::int32_t>(active_rows), .kl_weight = 0.5f};
  cuda::weigh(ops::LogWeight{},
              {.first = nll.data(),
               .second = kl.data(),
               .rows = rows,
               .samples = samples,
               .weights = weights.data(),
               .negative_log_mean = objective.data()},
              {.state = &state}, {});
  for (std::int64_t row = 0; row < rows; ++row) {
    std::vector<double> w;
    for (std::int32_t s = 0; s < samples; ++s) {
      const std::int64_t i = row * samples + s;
      w.push_back(std::exp(80 - static_cast<double>(nll[i]) - 0.5 * static_cast<double>(kl[i])));
    }
    const double sum = std::accumulate(w.begin(), w.end(), 0.0);
    const bool active = row < active_rows;
    for (std::int32_t s = 0; s < samples; ++s) {
      const double share = active ? w[static_cast<std::size_t>(s)] / sum : 0;
      EXPECT_NEAR(static_cast<double>(weights[row * samples + s]), share, 2e-5 * share + 1e-9);
    }
    const double wanted = active ? 80 - std::log(sum / samples) : 0;
    EXPECT_NEAR(static_cast<double>(objective[row]), wanted, 1e-4);
  }
  EXPECT_TRUE(nll.frame_is_untouched() && kl.frame_is_untouched());
  EXPECT_TRUE(weights.frame_is_untouched() && objective.frame_is_untouched());
}

TEST(WeighKernel, GivesSharesAndTheLogMeanExp) {
  for (const std::int32_t samples : {1, 2, 31, 32, 33, 100}) check(3, 2, samples);
  check(9, 9, 5);  // more rows than a block has warps
}

// Of one number each, added to what was there; and again, the shares scaled by their row, the mean left out.
TEST(WeighKernel, AddsTheMeanAndScalesTheShares) {
  Framed<float> nll(6, Fill::input), weights(6, Fill::output), sums(2, Fill::input), scale(2, Fill::input);
  for (std::int64_t i = 0; i < 6; ++i) nll[i] = 3.0f - static_cast<float>(i % 3);
  sums[0] = 10, sums[1] = 20, scale[0] = 0.5f, scale[1] = 2;
  ops::StepState state;
  state.pass.active_rows = 2;
  ops::WeighIo io{.first = nll.data(),
                  .rows = 2,
                  .samples = 3,
                  .weights = weights.data(),
                  .negative_log_mean = sums.data(),
                  .loss = ops::RowLoss::add};
  cuda::weigh(ops::LogWeight{}, io, {.state = &state}, {});
  const double all = std::exp(-3.0) + std::exp(-2.0) + std::exp(-1.0);
  EXPECT_NEAR(static_cast<double>(sums[0]), 10 - std::log(all / 3), 1e-5);
  EXPECT_NEAR(static_cast<double>(sums[1]), 20 - std::log(all / 3), 1e-5);
  io.negative_log_mean = nullptr;
  io.row_scale = scale.data();
  cuda::weigh(ops::LogWeight{}, io, {.state = &state}, {});
  EXPECT_NEAR(static_cast<double>(weights[2]), 0.5 * std::exp(-1.0) / all, 1e-5);
  EXPECT_NEAR(static_cast<double>(weights[5]), 2 * std::exp(-1.0) / all, 1e-5);
  EXPECT_TRUE(weights.frame_is_untouched() && sums.frame_is_untouched());
}

}  // namespace
}  // namespace cuvae::test
