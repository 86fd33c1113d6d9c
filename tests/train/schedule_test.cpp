#include "src/train/schedule.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "cuvae/error.hpp"

namespace cuvae::test {
namespace {

using train::Schedule;

TrainConfig ten_epochs() {
  TrainConfig config;
  config.epochs = 10;
  config.batch = 20;
  config.learning_rate = 0.5;
  return config;
}

constexpr std::int64_t kRows = 70;  // four steps an epoch, the last of 10 rows

TEST(Schedule, CountsThePartialBatchAsAStep) {
  const Schedule schedule(ten_epochs(), kRows);
  EXPECT_EQ(schedule.steps_per_epoch(), 4);
  EXPECT_EQ(schedule.total_steps(), 40);
  EXPECT_EQ(Schedule(ten_epochs(), 60).steps_per_epoch(), 3);
  EXPECT_EQ(Schedule(ten_epochs(), 7).steps_per_epoch(), 1);
}

TEST(Schedule, MaxStepsLimitsTheRun) {
  TrainConfig config = ten_epochs();
  config.max_steps = 7;
  EXPECT_EQ(Schedule(config, kRows).total_steps(), 7);
  config.max_steps = 41;
  EXPECT_EQ(Schedule(config, kRows).total_steps(), 40);
}

TEST(Schedule, HasNoMoreStepsThanTheNoiseCanCount) {
  TrainConfig config = ten_epochs();
  config.epochs = 1'000'000;
  config.batch = 1;
  EXPECT_EQ(Schedule(config, 4294).total_steps(), 4'294'000'000);
  EXPECT_THROW(Schedule(config, 4295), Error);
  config.max_steps = 4'294'967'295;
  EXPECT_EQ(Schedule(config, 4295).total_steps(), 4'294'967'295);
}

TEST(Schedule, ABatchBeyondTheDataIsOnePartialStep) {
  TrainConfig config = ten_epochs();
  config.batch = 1000;
  config.micro_batch = 40;
  const Schedule schedule(config, kRows);
  EXPECT_EQ(schedule.passes_of(0), 2);
  EXPECT_EQ(schedule.passes_before(1), 2);
}

TEST(Schedule, EveryRowOfAnEpochIsTakenOnce) {
  for (const std::int32_t micro : {0, 1, 6, 7, 19, 20}) {
    SCOPED_TRACE(micro);
    TrainConfig config = ten_epochs();
    config.micro_batch = micro;
    const Schedule schedule(config, kRows);
    const std::vector<ops::PassPlan> table = schedule.epoch(8, 8);
    ASSERT_EQ(static_cast<std::int64_t>(table.size()), schedule.passes_before(4));
    std::int64_t next = 0;
    for (const ops::PassPlan& pass : table) {
      EXPECT_LE(pass.active_rows, train::pass_rows(config));
      EXPECT_GT(pass.active_rows, 0);
      EXPECT_EQ(pass.first_position, next);
      next += pass.active_rows;
    }
    EXPECT_EQ(next, kRows);
  }
}

TEST(Schedule, RowsWeighTheirWholeBatch) {
  TrainConfig config = ten_epochs();
  config.micro_batch = 6;
  const Schedule schedule(config, kRows);
  for (std::int64_t step = 0; step < 4; ++step) {
    EXPECT_EQ(schedule.passes_of(step), step < 3 ? 4 : 2) << "of 6, 6, 6 and 2 rows; of 6 and 4";
    EXPECT_EQ(schedule.passes_before(step), 4 * step);
    EXPECT_EQ(static_cast<std::int64_t>(schedule.step(step, step).size()), schedule.passes_of(step));
    std::int64_t rows = 0;
    for (const ops::PassPlan& pass : schedule.step(step, step)) {
      EXPECT_EQ(pass.row_weight, step < 3 ? 1.0f / 20.0f : 1.0f / 10.0f);
      rows += pass.active_rows;
    }
    EXPECT_EQ(rows, step < 3 ? 20 : 10);
  }
}

TEST(Schedule, ConstantRateStaysWhatItIs) {
  const Schedule schedule(ten_epochs(), kRows);
  for (const std::int64_t position : {0, 1, 39}) EXPECT_EQ(schedule.learning_rate(position), 0.5);
}

TEST(Schedule, CosineFallsFromTheRateToZeroOverTheRun) {
  TrainConfig config = ten_epochs();
  config.schedule.kind = LearningRateSchedule::Kind::cosine;
  const Schedule schedule(config, kRows);
  EXPECT_EQ(schedule.learning_rate(0), 0.5);
  EXPECT_NEAR(schedule.learning_rate(20), 0.25, 1e-15);
  EXPECT_NEAR(schedule.learning_rate(39), 0.25 * (1 + std::cos(std::numbers::pi * 39 / 40)), 1e-15);
  EXPECT_NEAR(schedule.learning_rate(40), 0.0, 1e-15);
  config.max_steps = 20;
  EXPECT_NEAR(Schedule(config, kRows).learning_rate(10), 0.25, 1e-15) << "over the run as it is limited";
}

TEST(Schedule, StepsMultiplyAfterTheirEpochs) {
  TrainConfig config = ten_epochs();
  config.schedule = {LearningRateSchedule::Kind::steps, {{2, 0.1}, {5, 0.5}}};
  const Schedule schedule(config, kRows);
  EXPECT_EQ(schedule.learning_rate(7), 0.5);
  EXPECT_DOUBLE_EQ(schedule.learning_rate(8), 0.05);
  EXPECT_DOUBLE_EQ(schedule.learning_rate(19), 0.05);
  EXPECT_DOUBLE_EQ(schedule.learning_rate(20), 0.025);
}

TEST(Schedule, KlWeightRisesLinearlyOverItsEpochs) {
  TrainConfig config = ten_epochs();
  config.kl_weight = 0.8;
  EXPECT_EQ(Schedule(config, kRows).kl_weight(0), 0.8);
  config.kl_warmup = 2.5;  // ten steps
  const Schedule schedule(config, kRows);
  EXPECT_EQ(schedule.kl_weight(0), 0.0);
  EXPECT_DOUBLE_EQ(schedule.kl_weight(5), 0.4);
  EXPECT_DOUBLE_EQ(schedule.kl_weight(10), 0.8);
  EXPECT_EQ(schedule.kl_weight(39), 0.8);
}

TEST(Schedule, PassesCarryTheirStepsNumbers) {
  TrainConfig config = ten_epochs();
  config.kl_warmup = 2;
  config.schedule = {LearningRateSchedule::Kind::steps, {{1, 0.5}}};
  const Schedule schedule(config, kRows);
  const std::vector<ops::PassPlan> second_epoch = schedule.epoch(4, 100);  // 96 updates were made elsewhere
  EXPECT_EQ(second_epoch[0].learning_rate, 0.25f);
  EXPECT_EQ(second_epoch[1].kl_weight, static_cast<float>(5.0 / 8.0));
  EXPECT_EQ(second_epoch[0].first_position, 0);
  EXPECT_FLOAT_EQ(second_epoch[2].first_correction, static_cast<float>(1 / (1 - std::pow(0.9, 103))));
  EXPECT_FLOAT_EQ(second_epoch[2].second_correction, static_cast<float>(1 / (1 - std::pow(0.999, 103))));
}

}  // namespace
}  // namespace cuvae::test
