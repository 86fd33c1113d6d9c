// Trainer::step on the caller's rows.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "data/sample_files.hpp"
#include "model/reference_model.hpp"
#include "src/train/trainer_impl.hpp"
#include "train/jobs.hpp"

namespace cuvae::test {
namespace {

// The means before the update, by the plain double model.
Elbo expected_step(Trainer& trainer, const std::vector<float>& rows) {
  const ModelConfig& config = trainer.model_config();
  const Tensors tensors = as_doubles(trainer.model().parameters());
  const ReferenceModel reference(config, tensors);
  const std::int64_t count = static_cast<std::int64_t>(rows.size()) / kColumns;
  double nll = 0, kl = 0;
  for (std::int64_t row = 0; row < count; ++row) {
    const auto begin = rows.begin() + row * kColumns;
    const RowLoss loss =
        reference.loss(std::vector<double>(begin, begin + kColumns),
                       normals({trainer.train_config().seed, ops::Purpose::latent, 0},
                               static_cast<std::uint32_t>(trainer.steps_done()), row, config.latent));
    nll += loss.nll / static_cast<double>(count), kl += loss.kl / static_cast<double>(count);
  }
  return {-(nll + kl), -nll, kl};
}

std::vector<float> flat(const std::vector<Parameter>& parameters) {
  std::vector<float> all;
  for (const Parameter& p : parameters) all.insert(all.end(), p.values.begin(), p.values.end());
  return all;
}

TEST(Step, IsRefusedWhereTheRowsOfTheDataCount) {
  Job job = small_job();
  job.train.objective = Objective::tc_mss;
  Trainer trainer = trainer_of(job);
  expect_error(Errc::invalid_argument, {"step: objective tc-mss", "fit()"},
               [&] { static_cast<void>(trainer.step(random_values(4 * kColumns, 1))); });
}

TEST(Step, ReturnsTheMeansBeforeTheUpdate) {
  Job job = small_job();
  for (const std::int32_t micro : {0, 6}) {
    job.train.micro_batch = micro;
    Trainer trainer = trainer_of(job);
    for (const std::int64_t count : {20, 1, 13}) {
      const std::vector<float> rows = random_values(count * kColumns, static_cast<std::uint32_t>(count));
      const Elbo expected = expected_step(trainer, rows), elbo = trainer.step(rows);
      EXPECT_NEAR(elbo.elbo, expected.elbo, 1e-5);
      EXPECT_NEAR(elbo.reconstruction, expected.reconstruction, 1e-5);
      EXPECT_NEAR(elbo.kl, expected.kl, 1e-6);
    }
    EXPECT_EQ(trainer.steps_done(), 3);
  }
}

// One batch in the order of its file: what fit does with its rows and labels, step does with the caller's.
TEST(Step, TakesLabelsAsFitDoes) {
  for (Job job : {with_classes(small_job()), with_numbers(small_job())}) {
    job.data = job.data.first(20);
    job.train.epochs = 1;
    job.train.order = RowSequence::filed;
    Trainer fitted = trainer_of(job), stepped = trainer_of(job);
    fit(fitted, job);
    std::vector<float> rows, labels;
    for (std::int64_t row = 0; row < 20; ++row) {
      for (const float value : row_of(job.data, row)) rows.push_back(value);
      for (const float value : label_of(job.data, row)) labels.push_back(value);
    }
    stepped.step(rows, labels);
    EXPECT_EQ(arena_bits(stepped), arena_bits(fitted));
    expect_error(Errc::invalid_argument, {"step", "0 values are not the labels of 20 rows"},
                 [&] { stepped.step(rows); });
    labels[0] = std::numeric_limits<float>::infinity();
    expect_error(Errc::data, {"step", "label of row 0"}, [&] { stepped.step(rows, labels); });
  }
  Trainer plain = trainer_of(small_job());
  expect_error(Errc::invalid_argument, {"no labels"},
               [&] { plain.step(random_values(kColumns, 1), std::vector<float>{1.0f}); });
}

TEST(Step, FollowsTheGradientDownhill) {
  Job job = small_job();
  job.train.optimizer = Optimizer::sgd;
  job.train.momentum = 0;
  job.train.learning_rate = 0.25;
  Trainer trainer = trainer_of(job);
  const std::vector<float> before = flat(trainer.model().parameters());
  trainer.step(random_values(20 * kColumns, 1));
  const std::vector<float> after = flat(trainer.model().parameters());
  const std::vector<float> gradient =
      flat(trainer.impl().download(trainer.impl().parameters.arenas().gradients));
  for (std::size_t i = 0; i < before.size(); ++i)
    ASSERT_NEAR(after[i], before[i] - 0.25f * gradient[i], 1e-6f);
}

TEST(Step, ClipsTheNormOfTheWholeGradient) {
  Job job = small_job();
  job.train.optimizer = Optimizer::sgd;
  job.train.momentum = 0;
  job.train.learning_rate = 1;
  const auto moved = [&](double clip_norm) {
    job.train.clip_norm = clip_norm;
    Trainer trainer = trainer_of(job);
    const std::vector<float> before = flat(trainer.model().parameters());
    trainer.step(random_values(20 * kColumns, 1));
    const std::vector<float> after = flat(trainer.model().parameters());
    double square = 0;
    for (std::size_t i = 0; i < before.size(); ++i)
      square += std::pow(static_cast<double>(after[i]) - static_cast<double>(before[i]), 2);
    return std::sqrt(square);
  };
  const double free = moved(0);
  EXPECT_GT(free, 0.1);
  EXPECT_NEAR(moved(0.01), 0.01, 1e-6);
  EXPECT_NEAR(moved(2 * free), free, 1e-12) << "a smaller gradient is left as it is";
}

TEST(Step, LearnsTheRowsItIsGiven) {
  const Job job = small_job();
  Trainer trainer = trainer_of(job);
  const std::vector<float> rows(20 * kColumns, 1.0f);
  const double first = trainer.step(rows).elbo;
  double last = 0;
  for (int i = 0; i < 300; ++i) last = trainer.step(rows).elbo;
  EXPECT_LT(first, -7);
  EXPECT_GT(last, -1);
}

TEST(Step, MayAlternateWithFit) {
  Job job = small_job();
  freeze(job);
  Trainer trainer = trainer_of(job), alone = trainer_of(job);
  const std::vector<float> rows = random_values(10 * kColumns, 1);
  trainer.step(rows);
  EXPECT_EQ(fit(trainer, job).history.size(), 3u);
  const Elbo expected = expected_step(trainer, rows);
  EXPECT_NEAR(trainer.step(rows).elbo, expected.elbo, 1e-5);
  EXPECT_EQ(trainer.steps_done(), 14);
}

TEST(Step, BetweenPartsOfAnEpochLeavesItsMeansAlone) {
  Job job = small_job();
  freeze(job);
  const auto history_with = [&](float value) {
    Trainer trainer = trainer_of(job);
    fit(trainer, job, [](const Progress&) { return Control::stop; });
    for (int i = 0; i < 9; ++i) trainer.step(std::vector<float>(20 * kColumns, value));
    return describe(fit(trainer, job).history);
  };
  EXPECT_EQ(history_with(0.0f), history_with(1.0f));
}

TEST(Step, AfterTheEndBringsNoFurtherEpoch) {
  Job job = small_job();
  job.train.max_steps = 4;
  Trainer trainer = trainer_of(job);
  trainer.step(random_values(kColumns, 1));
  EXPECT_EQ(fit(trainer, job).history.size(), 1u);
  trainer.step(random_values(kColumns, 1));
  const FitResult again = fit(trainer, job);
  EXPECT_EQ(again.reason, StopReason::max_steps);
  EXPECT_TRUE(again.history.empty());
}

TEST(Step, IsExactHoweverLargeWhatCameBefore) {
  Job job = small_job();
  job.model.likelihood = Likelihood::gaussian;
  freeze(job);
  Trainer trainer = trainer_of(job);
  trainer.step(std::vector<float>(20 * kColumns, 1e12f));
  const std::vector<float> rows = random_values(10 * kColumns, 1);
  const Elbo expected = expected_step(trainer, rows);
  EXPECT_NEAR(trainer.step(rows).elbo, expected.elbo, 1e-4);
}

TEST(Step, IsNotForTheCallbackOfFit) {
  const Job job = small_job();
  Trainer trainer = trainer_of(job), alone = trainer_of(job);
  const std::vector<float> rows = random_values(kColumns, 1);
  const TempDir folder;
  const std::string state = (folder.path / "state.safetensors").string();
  trainer.save_state(state);
  const FitResult result = fit(trainer, job, [&](const Progress&) {
    expect_error(Errc::invalid_argument, {"step", "under way"}, [&] { trainer.step(rows); });
    expect_error(Errc::invalid_argument, {"fit", "under way"}, [&] { trainer.fit(job.data); });
    expect_error(Errc::invalid_argument, {"load_state", "under way"}, [&] { trainer.load_state(state); });
    return Control::proceed;
  });
  EXPECT_EQ(describe(result.history), describe(fit(alone, job).history));
  trainer.step(rows);
}

TEST(Step, RefusesValuesThatFitWould) {
  Job job = small_job();
  std::vector<float> rows = random_values(3 * kColumns, 1);
  rows[kColumns + 2] = 1.5f;
  const auto refused = [&](const char* why) {
    Trainer trainer = trainer_of(job);
    expect_error(Errc::data, {"row 1, column 2", why}, [&] { trainer.step(rows); });
    EXPECT_EQ(trainer.steps_done(), 0);
  };
  refused("[0, 1]");
  job.model.likelihood = Likelihood::gaussian;
  trainer_of(job).step(rows);
  rows[kColumns + 2] = std::numeric_limits<float>::quiet_NaN();
  refused("finite");
}

TEST(Step, RefusesWrongSizes) {
  const Job job = small_job();
  Trainer trainer = trainer_of(job);
  for (const std::int64_t values :
       {std::int64_t{0}, std::int64_t{12}, std::int64_t{kColumns + 1}, std::int64_t{21 * kColumns}}) {
    expect_error(Errc::invalid_argument, {"step", std::to_string(values), "20", "13"},
                 [&] { trainer.step(std::vector<float>(static_cast<std::size_t>(values))); });
  }
  EXPECT_EQ(trainer.steps_done(), 0);
}

TEST(TrainerConstructor, RefusesWhatMakesNoSense) {
  Job job = small_job();
  job.model.data_dim = 0;
  expect_error(Errc::invalid_argument, {"data_dim"}, [&] { static_cast<void>(trainer_of(job)); });
  expect_error(Errc::invalid_argument, {"data_dim"}, [&] { Vae vae(job.model, 0, Device::cpu(1)); });
  job = small_job();
  job.train.batch = 0;
  expect_error(Errc::invalid_argument, {"batch"}, [&] { static_cast<void>(trainer_of(job)); });
  job = small_job();
  job.model.latent = 0;
  expect_error(Errc::invalid_argument, {"latent"}, [&] { static_cast<void>(trainer_of(job)); });
}

}  // namespace
}  // namespace cuvae::test
