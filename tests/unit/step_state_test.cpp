// The four moves of a step.
#include "kernels/ops/step_state.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace cuvae::test {
namespace {

using namespace cuvae::ops;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

StepState with_losses(double nll, double kl) {
  StepState state;
  state.pass = {.active_rows = 3, .kl_weight = 0.25f};
  AddLosses{nll, kl, negative_elbo(state, nll, kl)}(state);
  return state;
}

TEST(StepState, PassesAreTakenFromTheTableInOrder) {
  const PassPlan table[] = {{.first_position = 0, .active_rows = 8}, {.first_position = 8, .active_rows = 3}};
  StepState state;
  BeginPass{table}(state);
  EXPECT_EQ(state.pass.active_rows, 8);
  BeginPass{table}(state);
  EXPECT_EQ(state.pass.first_position, 8);
  EXPECT_EQ(state.pass.active_rows, 3);
  EXPECT_EQ(state.passes, 2);
  EXPECT_EQ(state.step, 0);
}

TEST(StepState, LossesOfPassesAddUpToTheBatch) {
  StepState state = with_losses(10, 4);
  state.pass.active_rows = 2;
  AddLosses{5, 1, 5 + 0.25 * 1}(state);
  EXPECT_EQ(state.batch.nll, 15);
  EXPECT_EQ(state.batch.kl, 5);
  EXPECT_EQ(state.batch.objective, 15 + 0.25 * 5);
  EXPECT_EQ(state.batch.rows, 5);
  EXPECT_EQ(state.epoch_sums.rows, 0);
}

TEST(StepState, GradientIsClippedByItsNorm) {
  StepState state = with_losses(1, 1);
  JudgeGradient{25, 0}(state);
  EXPECT_EQ(state.gradient_scale, 1.0f);  // 0: never
  EXPECT_EQ(state.gradient_square, 25);
  JudgeGradient{25, 5}(state);
  EXPECT_EQ(state.gradient_scale, 1.0f);
  JudgeGradient{25, 10}(state);
  EXPECT_EQ(state.gradient_scale, 1.0f);
  JudgeGradient{25, 1}(state);
  EXPECT_FLOAT_EQ(state.gradient_scale, 0.2f);
  JudgeGradient{0, 1}(state);
  EXPECT_EQ(state.gradient_scale, 1.0f);
  EXPECT_EQ(state.finite, 1);
}

TEST(StepState, AnythingNotFiniteIsSeen) {
  for (const double bad : {kNan, kInfinity, -kInfinity}) {
    StepState of_gradient = with_losses(1, 1), of_nll = with_losses(bad, 1), of_kl = with_losses(1, bad);
    JudgeGradient{bad, 1}(of_gradient);
    JudgeGradient{1, 1}(of_nll);
    JudgeGradient{1, 1}(of_kl);
    EXPECT_EQ(of_gradient.finite, 0) << bad;
    EXPECT_EQ(of_nll.finite, 0) << bad;
    EXPECT_EQ(of_kl.finite, 0) << bad;
  }
}

// As the authors' Adam takes the sum over the rows.
TEST(StepState, TheGradientIsJudgedAsTheOptimizerTakesIt) {
  StepState state = with_losses(1, 1);
  state.pass.gradient_factor = 20;
  JudgeGradient{3.4e38 / 400, 0}(state);
  EXPECT_EQ(state.finite, 1);
  JudgeGradient{3.5e38 / 400, 0}(state);
  EXPECT_EQ(state.finite, 0);
}

TEST(StepState, AGradientWhoseSquareOverflowsIsNotApplied) {
  StepState state = with_losses(1, 1);
  JudgeGradient{3.4e38, 0}(state);
  EXPECT_EQ(state.finite, 1);
  JudgeGradient{3.5e38, 0}(state);
  EXPECT_EQ(state.finite, 0);
  JudgeGradient{3.5e38, 1e18}(state);  // clipped, it is
  EXPECT_EQ(state.finite, 1);
}

TEST(StepState, AnAppliedUpdateCountsItsLosses) {
  StepState state = with_losses(10, 4);
  state.skipped_in_a_row = 2;
  JudgeGradient{1, 0}(state);
  AdvanceStep{}(state);
  EXPECT_EQ(state.step, 1);
  EXPECT_EQ(state.epoch_sums.nll, 10);
  EXPECT_EQ(state.epoch_sums.kl, 4);
  EXPECT_EQ(state.epoch_sums.objective, 11);
  EXPECT_EQ(state.epoch_sums.rows, 3);
  EXPECT_EQ(state.batch.rows, 0);
  EXPECT_EQ(state.batch.nll, 0);
  EXPECT_EQ(state.last.nll, 10);
  EXPECT_EQ(state.last.rows, 3);
  EXPECT_EQ(state.skipped_in_a_row, 0);
  EXPECT_EQ(state.skipped, 0);
}

TEST(StepState, ASkippedUpdateLeavesNoTraceInTheSums) {
  StepState state = with_losses(10, 4);
  JudgeGradient{1, 0}(state);
  AdvanceStep{}(state);
  for (int again = 1; again <= 2; ++again) {
    AddLosses{kNan, 1, kNan}(state);
    JudgeGradient{1, 0}(state);
    AdvanceStep{}(state);
    EXPECT_EQ(state.skipped, again);
    EXPECT_EQ(state.skipped_in_a_row, again);
  }
  EXPECT_EQ(state.step, 3);  // the noise moves on
  EXPECT_EQ(state.epoch_sums.nll, 10);
  EXPECT_EQ(state.epoch_sums.rows, 3);
  EXPECT_EQ(state.batch.nll, 0);  // the NaN is gone
  EXPECT_TRUE(std::isnan(state.last.nll)) << "but it can be told";
  AddLosses{1, 1, 2}(state);
  JudgeGradient{1, 0}(state);
  EXPECT_EQ(state.finite, 1);
}

// Steps that were queued before the host heard of it.
TEST(StepState, ThatHasGivenUpStaysAsItWas) {
  StepState state = with_losses(10, 4);
  for (std::int64_t i = 0; i < kMostSkippedInARow; ++i) {
    EXPECT_FALSE(has_given_up(state));
    JudgeGradient{kNan, 0}(state);
    AdvanceStep{}(state);
  }
  EXPECT_TRUE(has_given_up(state));
  const LossSums last = state.last;
  AddLosses{1, 1, 2}(state);
  JudgeGradient{1, 0}(state);
  EXPECT_EQ(state.finite, 0) << "a good gradient is not applied any more";
  AdvanceStep{}(state);
  EXPECT_EQ(state.step, kMostSkippedInARow);
  EXPECT_EQ(state.skipped, kMostSkippedInARow);
  EXPECT_EQ(state.last.rows, last.rows);
  EXPECT_EQ(state.batch.rows, 0);
}

}  // namespace
}  // namespace cuvae::test
