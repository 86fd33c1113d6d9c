// The kernels of a step's moves, against the moves on the host.
#include "kernels/cuda/step.cuh"

#include <gtest/gtest.h>

#include <numeric>
#include <vector>

#include "framed.hpp"
#include "support/draws.hpp"

namespace cuvae::test {
namespace {

using ops::RowOrder;

struct Batch {
  std::int64_t rows;
  std::int32_t active_rows;
};

void check_begin_pass(const RowOrder& order, const Batch& batch, std::int64_t first_position) {
  SCOPED_TRACE(testing::Message() << batch.rows << " rows, " << batch.active_rows << " active");
  const ops::PassPlan table[] = {
      {}, {.first_position = first_position, .active_rows = batch.active_rows}, {}};
  ops::StepState state;
  state.passes = 1;
  state.epoch = 3;
  Framed<std::int64_t> ids(batch.rows, Fill::output);
  cuda::launch(cuda::begin_pass_kernel, 1, cuda::kBlockThreads, {}, ops::BeginPass{table}, &state, order,
               ids.data(), batch.rows);
  EXPECT_EQ(state.passes, 2);
  EXPECT_EQ(state.pass.first_position, first_position);
  EXPECT_EQ(state.pass.active_rows, batch.active_rows);
  for (std::int64_t row = 0; row < batch.rows; ++row)
    ASSERT_EQ(ids[row], row < batch.active_rows ? order.row(first_position + row, 3) : 0) << "row " << row;
  EXPECT_TRUE(ids.frame_is_untouched());
}

TEST(BeginPassKernel, ListsTheRowsOfThePass) {
  constexpr std::int64_t kHuge = std::int64_t{1} << 34;
  const RowOrder orders[] = {
      {.seed = 5, .total_rows = 1000, .rows = 1000},
      {.seed = 5, .total_rows = 1000, .rows = 1000, .visit = RowOrder::Visit::shuffled},
      {.seed = 6, .total_rows = 1000, .first = 100, .rows = 900, .visit = RowOrder::Visit::shuffled},
      {.seed = 6, .total_rows = 1000, .first = 100, .rows = 900},
      {.seed = 7, .total_rows = kHuge, .rows = kHuge, .visit = RowOrder::Visit::shuffled},
  };
  for (const RowOrder& order : orders) {
    for (const Batch& batch : {Batch{1, 1}, {3, 0}, {255, 255}, {256, 256}, {257, 257}, {600, 511}})
      check_begin_pass(order, batch, 200);
  }
  check_begin_pass(orders[4], {9, 9}, kHuge - 9);
}

// Sums in double, whatever their order: the terms are multiples of 2^-10.
void check_add_losses(std::int64_t rows, std::int32_t samples, bool has_objective) {
  SCOPED_TRACE(std::to_string(rows) + " rows of " + std::to_string(samples));
  Draws draws(11);
  const auto fill = [&](std::int64_t count, std::uint32_t below) {
    Framed<float> values(count, Fill::input);
    for (std::int64_t i = 0; i < count; ++i) values[i] = static_cast<float>(draws.below(below)) * 0x1p-10f;
    return values;
  };
  const Framed<float> nll = fill(rows * samples, 1 << 20), kl = fill(rows * samples, 1 << 15),
                      objective = fill(rows, 1 << 20);
  const auto total = [](const Framed<float>& values, std::int64_t count) {
    return std::accumulate(values.data(), values.data() + count, 0.0);
  };
  ops::StepState state;
  state.pass = {.active_rows = 7, .kl_weight = 0.25f};
  state.batch = {.nll = 1, .kl = 2, .objective = 3, .rows = 4};
  const double nll_mean = total(nll, rows * samples) / samples, kl_mean = total(kl, rows * samples) / samples;
  cuda::launch(cuda::add_losses_kernel, 1, cuda::kBlockThreads, {},
               {nll.data(), kl.data(), has_objective ? objective.data() : nullptr, rows, samples}, &state);
  EXPECT_EQ(state.batch.nll, 1 + nll_mean);
  EXPECT_EQ(state.batch.kl, 2 + kl_mean);
  EXPECT_EQ(state.batch.objective, 3 + (has_objective ? total(objective, rows) : nll_mean + 0.25 * kl_mean));
  EXPECT_EQ(state.batch.rows, 4 + 7);
}

TEST(AddLossesKernel, AddsTheRowsToTheStep) {
  for (const std::int64_t rows : {1, 3, 31, 32, 33, 255, 256, 257, 1025}) check_add_losses(rows, 1, false);
}

TEST(AddLossesKernel, TakesTheMeanOverSamplesAndAnObjectiveThatIsGiven) {
  for (const std::int32_t samples : {1, 2, 64}) check_add_losses(33, samples, true);
  check_add_losses(33, 4, false);
}

TEST(EndStepKernel, JudgesTheGradientByASumWhereItLiesAndCountsTheStep) {
  for (const double square : {4.0, 0.25, static_cast<double>(INFINITY), 1e300}) {
    SCOPED_TRACE(square);
    ops::StepState state;
    state.batch = {.nll = 1, .kl = 2, .objective = 3, .rows = 4};
    ops::StepState expected = state;
    ops::EndStep{square, 1.5}(expected);
    cuda::launch(cuda::end_step_kernel, 1, 32, {}, &square, 1.5, &state);
    EXPECT_EQ(state.gradient_square, expected.gradient_square);
    EXPECT_EQ(state.gradient_scale, expected.gradient_scale);
    EXPECT_EQ(state.finite, expected.finite);
    EXPECT_EQ(state.step, 1);
    EXPECT_EQ(state.skipped, expected.skipped);
    EXPECT_EQ(state.skipped_in_a_row, expected.skipped_in_a_row);
    EXPECT_EQ(state.epoch_sums.objective, expected.epoch_sums.objective);
    EXPECT_EQ(state.epoch_sums.rows, expected.epoch_sums.rows);
    EXPECT_EQ(state.last.nll, 1);
    EXPECT_EQ(state.batch.rows, 0);
  }
}

}  // namespace
}  // namespace cuvae::test
