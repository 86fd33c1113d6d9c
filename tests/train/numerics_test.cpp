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
  run.backend->end_step(run.network.pass(), arenas, run.train_config.clip_norm);
  run.backend->update(run.network.pass(), arenas, run.train_config);
}

void expect_skipped(const Job& job, Trainer& trainer, std::int64_t index, float infinity) {
  trainer.step(random_values(10 * kColumns, 3));  // so that there are moments, and a gradient
  const auto before = arena_bits(trainer);
  std::int64_t skipped = 0;
  for (const float value : {kNan, infinity}) {
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
  for (const Optimizer optimizer : {Optimizer::adam, Optimizer::adamw, Optimizer::sgd, Optimizer::iwae_adam,
                                    Optimizer::rmsprop, Optimizer::adamax, Optimizer::adam_normgrad}) {
    for (const double clip_norm : {0.0, 1.0}) {
      if (optimizer == Optimizer::adam_normgrad && clip_norm > 0) continue;  // exclude each other
      job.train.optimizer = optimizer;
      job.train.clip_norm = clip_norm;
      const std::int64_t size = trainer_of(job).impl().parameters.arenas().size;
      for (const std::int64_t index : {size - 1, std::int64_t{0}, size / 2}) {
        for (const float infinity : {kInfinity, -kInfinity}) {
          Trainer trainer = trainer_of(job);
          expect_skipped(job, trainer, index, infinity);
        }
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
  expect_skipped(job, trainer, size - 1, kInfinity);
}

// Steps that are still queued when a run gives up find it so, and leave everything as it is.
TEST(NonFiniteGradient, ThreeInARowEndTheRun) {
  const Job job = small_job();
  Trainer trainer = trainer_of(job);
  trainer.step(random_values(10 * kColumns, 3));
  const auto before = arena_bits(trainer);
  for (int i = 0; i < 3; ++i) finish_step_with(trainer, 0, kNan);
  const std::int64_t step = trainer.impl().network.state().step;
  finish_step_with(trainer, 0, 0.5f);
  EXPECT_EQ(arena_bits(trainer), before);
  EXPECT_EQ(trainer.impl().network.state().step, step);
  EXPECT_EQ(trainer.impl().network.state().skipped, 3);
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
  const Job job = job_with_one_bad_row();
  Trainer trainer = trainer_of(job);
  std::vector<float> rows = random_values(4 * kColumns, 3);
  trainer.step(rows);
  const auto before = arena_bits(trainer);
  rows.back() = 1e30f;
  EXPECT_FALSE(std::isfinite(trainer.step(rows).elbo)) << "nothing is not the best there can be";
  trainer.step(rows);
  expect_error(Errc::numerics, {"step 4", "row_nll", "learning rate (0.01)"}, [&] { trainer.step(rows); });
  EXPECT_EQ(arena_bits(trainer), before);
}

TEST(SkippedUpdates, AFiniteOneBetweenStartsTheCountAnew) {
  const Job job = job_with_one_bad_row();
  Trainer trainer = trainer_of(job);
  const std::vector<float> good = random_values(4 * kColumns, 3);
  std::vector<float> bad = good;
  bad[0] = -1e30f;
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

TEST(SkippedUpdates, AnEpochOfNothingElseIsAnError) {
  Job job = job_with_one_bad_row();
  job.train.batch = 70;
  Trainer trainer = trainer_of(job);
  expect_error(Errc::numerics, {"step 1", "no update of epoch 1", "row_nll"}, [&] { fit(trainer, job); });
}

TEST(SkippedUpdates, AreExplainedWhateverThePassTheyComeFrom) {
  Job job = job_with_one_bad_row();
  job.train.batch = 20;
  job.train.micro_batch = 10;
  Trainer trainer = trainer_of(job);
  std::vector<float> rows = random_values(20 * kColumns, 3);
  rows[0] = 1e20f;  // the square overflows, the gradient does not
  trainer.step(rows);
  trainer.step(rows);
  expect_error(Errc::numerics, {"loss of an earlier pass"}, [&] { trainer.step(rows); });
}

// Its square would stay in Adam's second moments for ever, and freeze the weights it belongs to.
TEST(HugeGradient, IsSkippedUnlessItIsClipped) {
  Job job = small_job();
  for (const double clip_norm : {0.0, 1.0}) {
    job.train.clip_norm = clip_norm;
    Trainer trainer = trainer_of(job);
    trainer.step(random_values(10 * kColumns, 3));
    const auto before = arena_bits(trainer);
    finish_step_with(trainer, 0, 1e20f);
    EXPECT_EQ(arena_bits(trainer) == before, clip_norm == 0.0);
    const ParameterArenas& arenas = trainer.impl().parameters.arenas();
    for (const float v : trainer.impl().parameters.download(arenas.second_moments))
      ASSERT_TRUE(std::isfinite(v));
  }
}

TEST(Weights, ThatOverflowEndTheRunAndAreNotSaved) {
  Job job = small_job();
  job.train.max_steps = 1;
  const TempDir folder;
  const std::string path = (folder.path / "model.safetensors").string();
  Trainer trainer = trainer_of(job);
  trainer.save_model(path);
  const std::string before = read_file(path);
  std::vector<float> weights =
      trainer.impl().parameters.download(trainer.impl().parameters.arenas().parameters);
  weights[0] = kInfinity;
  trainer.impl().parameters.upload(trainer.impl().parameters.arenas().parameters, weights);
  expect_error(Errc::numerics, {"weights", "parameter encoder.0.weight"}, [&] { trainer.save_model(path); });
  expect_error(Errc::numerics, {"weights", "parameter encoder.0.weight"}, [&] { trainer.save_state(path); });
  EXPECT_EQ(read_file(path), before);
  expect_error(Errc::numerics, {"step 1"}, [&] { fit(trainer, job); });
}

TEST(HugeData, IsBlamedForAGaussian) {
  Job job = job_with_one_bad_row();
  job.data = Dataset::from_values(std::vector<float>(70 * kColumns, 1e30f), kColumns);
  Trainer trainer = trainer_of(job);
  expect_error(Errc::numerics, {"step 3", "unit scale"}, [&] { fit(trainer, job); });
}

// An outlier among the validation rows neither wins nor ends a run.
TEST(HugeData, AmongTheValidationRowsIsNeverTheBest) {
  Job job = job_with_one_bad_row();
  job.validation = job.data;
  job.data = random_rows(70, 1);
  job.train.patience = 1;
  Trainer trainer = trainer_of(job);
  const FitResult result = fit(trainer, job);
  ASSERT_EQ(result.history.size(), 3u);
  for (const EpochMetrics& metrics : result.history) {
    EXPECT_FALSE(metrics.best);
    EXPECT_FALSE(std::isfinite(metrics.validation->elbo));
  }
}

}  // namespace
}  // namespace cuvae::test
