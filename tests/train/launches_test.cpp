// Several steps in one launch, as a GPU takes them, are the same steps. The CPU does them one by one unless
// it is told otherwise.
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "cuvae/error.hpp"
#include "src/train/trainer_impl.hpp"
#include "train/jobs.hpp"

namespace cuvae::test {
namespace {

struct Outcome {
  std::vector<std::string> history;
  std::vector<std::uint32_t> arenas;
  std::int64_t steps = 0;
};

Outcome run(const Job& job, std::int64_t steps_per_launch) {
  Trainer trainer = trainer_of(job);
  trainer.impl().steps_per_launch = steps_per_launch;
  const FitResult result = fit(trainer, job);
  return {describe(result.history), arena_bits(trainer), result.steps};
}

void expect_the_same_for_any_launch(const Job& job) {
  const Outcome single = run(job, 1);
  for (const std::int64_t many : {2, 3, 4, 16}) {
    const Outcome launched = run(job, many);
    EXPECT_EQ(launched.history, single.history) << many;
    EXPECT_EQ(launched.arenas, single.arenas) << many;
    EXPECT_EQ(launched.steps, single.steps) << many;
  }
}

Job longer_job() {
  Job job = small_job();
  job.train.batch = 7;  // 10 steps an epoch
  return job;
}

TEST(Launches, OfSeveralStepsGiveTheSameBits) { expect_the_same_for_any_launch(longer_job()); }

TEST(Launches, KeepAPartialBatchAndFewerPassesInItsStep) {
  Job job = longer_job();
  job.train.batch = 8;  // the last of 9 steps has 6 rows
  job.train.micro_batch = 3;
  expect_the_same_for_any_launch(job);
}

TEST(Launches, EndWhereTheStepsDo) {
  Job job = longer_job();
  job.train.max_steps = 13;
  expect_the_same_for_any_launch(job);
}

// The callback is not called for every launch, but a stop is at a step that can be resumed.
TEST(Launches, StopBetweenTwoOfThemAndGoOn) {
  Job job = longer_job();
  job.train.epochs = 40;
  const Outcome whole = run(job, 1);
  Trainer trainer = trainer_of(job);
  trainer.impl().steps_per_launch = 4;
  std::int64_t stopped_at = 0;
  const FitResult first = fit(trainer, job, [&](const Progress& progress) {
    EXPECT_EQ(progress.step, trainer.steps_done());
    if (progress.event == Progress::Event::epoch) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    stopped_at = progress.step;
    return progress.step >= 15 ? Control::stop : Control::proceed;
  });
  EXPECT_EQ(first.reason, StopReason::requested);
  EXPECT_EQ(first.steps, stopped_at);
  EXPECT_EQ(trainer.steps_done(), stopped_at);
  static_cast<void>(fit(trainer, job));
  EXPECT_EQ(arena_bits(trainer), whole.arenas);
}

// Steps that were queued behind the one at which a run gives up leave it as it was.
TEST(Launches, GiveUpAtTheSameStep) {
  Job job = longer_job();
  job.model.likelihood = Likelihood::gaussian;
  job.data = Dataset::from_values(std::vector<float>(70 * kColumns, 1e30f), kColumns);
  std::vector<std::string> messages;
  std::vector<std::int64_t> steps;
  for (const std::int64_t many : {1, 5}) {
    Trainer trainer = trainer_of(job);
    trainer.impl().steps_per_launch = many;
    try {
      static_cast<void>(fit(trainer, job));
      ADD_FAILURE() << "nothing was thrown";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Errc::numerics);
      messages.emplace_back(error.what());
      steps.push_back(trainer.steps_done());
    }
  }
  EXPECT_EQ(messages.front(), messages.back());
  EXPECT_EQ(steps, (std::vector<std::int64_t>{3, 3}));
}

}  // namespace
}  // namespace cuvae::test
