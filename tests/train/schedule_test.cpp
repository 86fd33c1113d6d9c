#include "src/train/schedule.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "config/expect_error.hpp"
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

TEST(Schedule, KlWeightRisesAnewInEachCycle) {
  TrainConfig config = ten_epochs();
  config.kl_warmup = 2.5;
  config.kl_cycles = 2;  // of twenty steps
  const Schedule schedule(config, kRows);
  for (const std::int64_t cycle : {0, 20}) {
    EXPECT_EQ(schedule.kl_weight(cycle), 0.0);
    EXPECT_DOUBLE_EQ(schedule.kl_weight(cycle + 5), 0.5);
    EXPECT_EQ(schedule.kl_weight(cycle + 10), 1.0);
    EXPECT_EQ(schedule.kl_weight(cycle + 19), 1.0);
  }
}

TEST(Schedule, CapacityRisesInPlaceOfTheWeight) {
  TrainConfig config = ten_epochs();
  config.kl_warmup = 2.5;
  config.kl_weight = 100;
  config.kl_capacity = 25;
  const Schedule schedule(config, kRows);
  EXPECT_EQ(schedule.kl_weight(0), 100.0);
  EXPECT_EQ(schedule.kl_capacity(0), 0.0);
  EXPECT_DOUBLE_EQ(schedule.kl_capacity(5), 12.5);
  EXPECT_EQ(schedule.kl_capacity(39), 25.0);
  EXPECT_EQ(schedule.step(5, 5)[0].kl_capacity, 12.5f);
}

TEST(Schedule, AWarmUpThatNeverEndsIsRefused) {
  TrainConfig config = ten_epochs();
  config.kl_warmup = 9.75;
  EXPECT_EQ(Schedule(config, kRows).kl_weight(39), 1);
  const auto refused = [&](const std::vector<std::string>& words) {
    expect_error(Errc::invalid_argument, words, [&] { Schedule(config, kRows); });
  };
  config.kl_warmup = 10;
  refused({"kl_warmup: 10 epochs do not end before the 10 of the run do", "the KL weight would never"});
  config.kl_capacity = 3;
  refused({"the KL's capacity would never reach its value"});
  config.kl_warmup = 6;
  config.kl_cycles = 2;
  refused({"kl_warmup: 6 epochs do not end before the 5 of a cycle do"});
  config.kl_cycles = 1;
  config.max_steps = 20;
  refused({"kl_warmup: 6 epochs do not end before the 5 of the run do"});
  config.max_steps = 0;
  config.kl_warmup = 0.25;
  config.kl_cycles = 40;
  refused({"kl_warmup: 0.25 epochs do not end before the 0.25 of a cycle do"});
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
  EXPECT_FLOAT_EQ(second_epoch[2].square_left, static_cast<float>(std::pow(0.999, 102)));
  EXPECT_EQ(second_epoch[3].batch_rows, static_cast<float>(kRows - 3 * config.batch));
}

}  // namespace
}  // namespace cuvae::test
