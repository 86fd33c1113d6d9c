// What is not finite changes nothing, is counted, and ends training with a reason after a few times.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "data/sample_files.hpp"
#include "src/train/trainer_impl.hpp"
#include "train/jobs.hpp"

namespace cuvae::test {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

// Runs the end of a step after `value` was put at `index` of the gradient arena.
void finish_step_with(Trainer& trainer, std::int64_t index, float value) {
  Trainer::Impl& run = trainer.impl();
  const ParameterArenas& arenas = run.parameters.arenas();
  std::vector<float> gradient = run.parameters.download(arenas.gradients);
  gradient.at(static_cast<std::size_t>(index)) = value;
  run.parameters.upload(arenas.gradients, gradient);
  run.backend->judge_gradient(run.network.pass(), arenas, run.train.clip_norm);
  run.backend->update(run.network.pass(), arenas, run.train);
  run.backend->advance_step(run.network.pass());
}

void expect_skipped(const Job& job, Trainer& trainer, std::int64_t index) {
  trainer.step(random_values(10 * kColumns, 3));  // so that there are moments, and a gradient
  const auto before = arena_bits(trainer);
  std::int64_t skipped = 0;
  for (const float value : {kNan, kInfinity, -kInfinity}) {
    finish_step_with(trainer, index, value);
    EXPECT_EQ(arena_bits(trainer), before) << value << " at " << index;
    EXPECT_EQ(trainer.impl().network.state().skipped, ++skipped);
    EXPECT_EQ(trainer.impl().network.state().skipped_in_a_row, skipped);
  }
  finish_step_with(trainer, index, 0.5f);
  EXPECT_NE(arena_bits(trainer), before)
      << to_string(job.train.optimizer) << ": a finite gradient is applied";
  EXPECT_EQ(trainer.impl().network.state().skipped_in_a_row, 0);
}

TEST(NonFiniteGradient, ChangesNothingWhereverItIs) {
  Job job = small_job();
  job.train.weight_decay = 0.1;
  for (const Optimizer optimizer : {Optimizer::adam, Optimizer::adamw, Optimizer::sgd}) {
    for (const double clip_norm : {0.0, 1.0}) {
      job.train.optimizer = optimizer;
      job.train.clip_norm = clip_norm;
      const std::int64_t size = trainer_of(job).impl().parameters.arenas().size;
      for (const std::int64_t index : {size - 1, std::int64_t{0}, size / 2}) {
        Trainer trainer = trainer_of(job);
        expect_skipped(job, trainer, index);
      }
    }
  }
}

TEST(NonFiniteGradient, IsFoundInAnArenaOfManyPieces) {  // reductions go by 2^14 floats
  Job job = small_job();
  job.model.encoder_hidden = {4000};
  Trainer trainer = trainer_of(job, 2);
  const std::int64_t size = trainer.impl().parameters.arenas().size;
  ASSERT_GT(size, 4 << 14);
  expect_skipped(job, trainer, size - 1);
}

// Gaussian data in which one row is so far off that its loss overflows.
Job job_with_one_bad_row() {
  Job job = small_job();
  std::vector<float> values = random_values(70 * kColumns, 1);
  values[33 * kColumns] = 1e30f;
  job.data = Dataset::from_values(values, kColumns);
  job.model.likelihood = Likelihood::gaussian;
  return job;
}

TEST(SkippedUpdates, AreCountedAndLeftOutOfTheMeans) {
  const Job job = job_with_one_bad_row();
  Trainer trainer = trainer_of(job);
  const FitResult result = fit(trainer, job);
  ASSERT_EQ(result.history.size(), 3u);
  for (const EpochMetrics& metrics : result.history) {
    EXPECT_EQ(metrics.skipped_updates, metrics.epoch);
    EXPECT_TRUE(std::isfinite(metrics.train.elbo));
    EXPECT_LT(-metrics.train.elbo, 100);
  }
  EXPECT_EQ(result.steps, 12) << "skipped ones are steps too";
}

TEST(SkippedUpdates, OfStepAreCountedUntilTheyAreTooMany) {
  const Job job = small_job();
  Trainer trainer = trainer_of(job);
  std::vector<float> rows = random_values(4 * kColumns, 3);
  trainer.step(rows);
  const auto before = arena_bits(trainer);
  rows.back() = kNan;
  trainer.step(rows);
  trainer.step(rows);
  expect_error(Errc::numerics, {"step 4", "x", "learning rate (0.01)"}, [&] { trainer.step(rows); });
  EXPECT_EQ(arena_bits(trainer), before);
}

TEST(SkippedUpdates, AFiniteOneBetweenStartsTheCountAnew) {
  const Job job = small_job();
  Trainer trainer = trainer_of(job);
  const std::vector<float> good = random_values(4 * kColumns, 3);
  std::vector<float> bad = good;
  bad[0] = kInfinity;
  for (int round = 0; round < 3; ++round) {
    trainer.step(bad);
    trainer.step(bad);
    trainer.step(good);
  }
  EXPECT_EQ(trainer.impl().state.skipped, 6);
}

TEST(HugeLearningRate, EndsInAnErrorThatNamesStepTensorAndCause) {
  Job job = small_job();
  job.train.optimizer = Optimizer::sgd;
  job.train.learning_rate = 1e30;
  Trainer trainer = trainer_of(job);
  std::vector<std::uint32_t> after_first_step;
  const auto remember = [&](const Progress& progress) {
    if (progress.step == 1) after_first_step = arena_bits(trainer);
    return Control::proceed;
  };
  expect_error(Errc::numerics,
               {"step 4", "3 updates in a row", "activation", "learning rate (1e+30)", "--lr"},
               [&] { fit(trainer, job, remember); });
  ASSERT_FALSE(after_first_step.empty());
  EXPECT_EQ(arena_bits(trainer), after_first_step) << "the weights are those before the first bad step";
  EXPECT_EQ(trainer.impl().state.skipped, 3);
}

TEST(HugeData, IsBlamedForAGaussian) {
  Job job = job_with_one_bad_row();
  job.data = Dataset::from_values(std::vector<float>(70 * kColumns, 1e30f), kColumns);
  Trainer trainer = trainer_of(job);
  expect_error(Errc::numerics, {"step 3", "unit scale"}, [&] { fit(trainer, job); });
}

}  // namespace
}  // namespace cuvae::test
