// A run that was stopped, saved, thrown away and loaded ends in the same bits as one that was never stopped.
#include <gtest/gtest.h>

#include "data/sample_files.hpp"
#include "src/train/trainer_impl.hpp"
#include "train/jobs.hpp"

namespace cuvae::test {
namespace {

struct Outcome {
  std::vector<std::string> history;
  StopReason reason = StopReason::requested;
  std::string explanation;
  std::int64_t steps = 0;
  std::vector<std::uint32_t> arenas;
};

struct Stop {
  Progress::Event event;
  std::int64_t at;  // the step, or the epoch
};

bool is_at(const Stop& stop, const Progress& progress) {
  return progress.event == stop.event &&
         stop.at == (stop.event == Progress::Event::step ? progress.step : progress.epoch);
}

// Goes on until `stop`, if it comes; adds to the outcome.
void go_on(Trainer& trainer, const Job& job, const std::optional<Stop>& stop, Outcome& outcome) {
  const FitResult result = fit(trainer, job, [&](const Progress& progress) {
    return stop && is_at(*stop, progress) ? Control::stop : Control::proceed;
  });
  for (const std::string& line : describe(result.history)) outcome.history.push_back(line);
  outcome.reason = result.reason, outcome.explanation = result.explanation, outcome.steps = result.steps;
}

Outcome run(const Job& job, const std::vector<Stop>& stops = {}) {
  const TempDir folder;
  const std::string state = folder.path / "state.safetensors";
  Outcome outcome;
  for (std::size_t i = 0; i <= stops.size(); ++i) {
    Trainer trainer = trainer_of(job);
    if (i > 0) trainer.load_state(state);
    const bool last = i == stops.size();
    go_on(trainer, job, last ? std::nullopt : std::optional<Stop>(stops[i]), outcome);
    if (last) {
      outcome.arenas = arena_bits(trainer);
    } else {
      EXPECT_EQ(outcome.reason, StopReason::requested);
      trainer.save_state(state);
    }
  }
  return outcome;
}

void expect_same(const Outcome& resumed, const Outcome& whole) {
  EXPECT_EQ(resumed.history, whole.history);
  EXPECT_EQ(resumed.reason, whole.reason);
  EXPECT_EQ(resumed.explanation, whole.explanation);
  EXPECT_EQ(resumed.steps, whole.steps);
  EXPECT_TRUE(resumed.arenas == whole.arenas) << "other bits in weights or moments";
}

// Stops once at every step and after every epoch, and once after each of a few steps of one run.
void expect_resumable(const Job& job) {
  const Outcome whole = run(job);
  for (std::int64_t step = 1; step <= whole.steps; ++step) {
    SCOPED_TRACE("stopped at step " + std::to_string(step));
    expect_same(run(job, {{Progress::Event::step, step}}), whole);
  }
  for (std::size_t epoch = 1; epoch <= whole.history.size(); ++epoch) {
    SCOPED_TRACE("stopped after epoch " + std::to_string(epoch));
    expect_same(run(job, {{Progress::Event::epoch, static_cast<std::int64_t>(epoch)}}), whole);
  }
  SCOPED_TRACE("stopped again and again");
  using enum Progress::Event;
  expect_same(run(job, {{step, 1}, {step, 2}, {epoch, 1}, {step, 5}}), whole);
}

TEST(Resume, WithAdamAndAPartialLastBatch) { expect_resumable(small_job()); }

TEST(Resume, WithMomentumAndAStepSchedule) {
  Job job = small_job();
  job.train.optimizer = Optimizer::sgd;
  job.train.weight_decay = 1e-3;
  job.train.clip_norm = 0.5;
  job.train.schedule = {LearningRateSchedule::Kind::steps, {{1, 0.3}, {2, 0.1}}};
  expect_resumable(job);
}

TEST(Resume, WithMicroBatchesWarmUpAndCosine) {
  Job job = small_job();
  job.train.optimizer = Optimizer::adamw;
  job.train.weight_decay = 0.1;
  job.train.micro_batch = 7;
  job.train.kl_warmup = 1.5;
  job.train.schedule.kind = LearningRateSchedule::Kind::cosine;
  expect_resumable(job);
}

TEST(Resume, WithValidationBinarizationAndOutputBias) {
  Job job = small_job();
  job.validation = random_rows(21, 2);
  job.model.binarize = Binarize::dynamic;
  job.model.output_bias = OutputBias::data_mean;
  job.train.patience = 5;
  expect_resumable(job);
}

TEST(Resume, WithHeldOutRowsAndALearnedVariance) {
  Job job = small_job();
  job.model.likelihood = Likelihood::gaussian;
  job.model.variance = Variance::per_dimension;
  job.train.validation_fraction = 0.3;
  expect_resumable(job);
}

TEST(Resume, WithEveryPrior) {
  for (const auto& [name, model] : with_every_other_prior(small_job().model)) {
    SCOPED_TRACE(name);
    Job job = small_job();
    job.model = model;
    job.train.epochs = 2;
    job.train.objective = Objective::iwae;
    job.train.samples = 3;
    expect_resumable(job);
  }
}

TEST(Resume, WithLabels) {
  for (Job job : {with_classes(small_job()), with_numbers(small_job())}) {
    job.train.validation_fraction = 0.2;
    job.train.objective = Objective::iwae;
    job.train.samples = 2;
    expect_resumable(job);
  }
}

TEST(Resume, NeedsTheSameLabels) {
  const TempDir folder;
  const std::string state = folder.path / "state.safetensors";
  Job job = with_classes(small_job());
  Trainer first = trainer_of(job);
  fit(first, job, [](const Progress& p) { return p.step == 5 ? Control::stop : Control::proceed; });
  first.save_state(state);
  Trainer second = trainer_of(job);
  second.load_state(state);
  job.data = small_job().data.with_classes(std::vector<std::int32_t>(70, 3));
  expect_error(Errc::data, {"data"}, [&] { fit(second, job); });
}

TEST(Resume, WithABatchLossInCycles) {
  Job job = small_job();
  job.train.objective = Objective::tc_mss;
  job.train.tc_weight = 3;
  job.train.kl_cycles = 2;
  job.train.kl_warmup = 1;
  job.train.optimizer = Optimizer::adamax;
  expect_resumable(job);
}

TEST(Resume, WithFreeBitsAndRowsBinarizedOnceInTheirOrder) {
  Job job = small_job();
  job.model.binarize = Binarize::once;
  job.train.order = RowSequence::filed;
  job.train.free_bits = 0.02;
  job.train.optimizer = Optimizer::adam_normgrad;
  expect_resumable(job);
}

TEST(Resume, WithARisingCapacityAndTheOptimizerOfIwae) {
  Job job = small_job();
  job.train.kl_capacity = 2;
  job.train.kl_warmup = 2.5;
  job.train.optimizer = Optimizer::iwae_adam;
  expect_resumable(job);
}

TEST(Resume, WithMaxStepsInsideAnEpoch) {
  Job job = small_job();
  job.train.max_steps = 6;
  expect_resumable(job);
}

TEST(Resume, OfARunThatMaxStepsEndedGoesOnAsIfItHadNot) {
  Job job = small_job();
  const Outcome whole = run(job);
  const TempDir folder;
  const std::string state = folder.path / "state.safetensors";
  Job cut_off = job;
  cut_off.train.max_steps = 6;
  Trainer first = trainer_of(cut_off);
  fit(first, cut_off);
  first.save_state(state);
  Trainer second = trainer_of(job);
  second.load_state(state);
  Outcome resumed;
  go_on(second, job, std::nullopt, resumed);
  EXPECT_EQ(arena_bits(second), whole.arenas);
  EXPECT_EQ(resumed.history, std::vector<std::string>(whole.history.begin() + 1, whole.history.end()));
}

TEST(Resume, OfARunThatStopsEarly) {
  Job job = small_job();
  freeze(job);
  job.train.epochs = 9;
  job.train.patience = 2;
  job.validation = random_rows(21, 2);
  expect_resumable(job);
}

TEST(Resume, AcrossASkippedUpdate) {
  Job job = small_job();
  std::vector<float> values = random_values(70 * kColumns, 1);
  values[20 * kColumns] = 1e30f;
  job.data = Dataset::from_values(values, kColumns);
  job.model.likelihood = Likelihood::gaussian;
  ASSERT_NE(run(job).history.back().find("skipped 3"), std::string::npos);
  expect_resumable(job);
}

TEST(Resume, FromAStateSavedWhileTheRunWentOn) {
  const Job job = small_job();
  const TempDir folder;
  const std::string state = folder.path / "state.safetensors";
  Outcome whole, resumed;
  Trainer trainer = trainer_of(job);
  const FitResult result = fit(trainer, job, [&](const Progress& progress) {
    if (progress.event == Progress::Event::step && progress.step == 7) trainer.save_state(state);
    return Control::proceed;
  });
  Trainer other = trainer_of(job, 2);
  other.load_state(state);
  EXPECT_EQ(other.steps_done(), 7);
  EXPECT_EQ(other.epochs_done(), 1);
  go_on(other, job, std::nullopt, resumed);
  EXPECT_EQ(arena_bits(other), arena_bits(trainer));
  const std::vector<std::string> history = describe(result.history);
  EXPECT_EQ(resumed.history, std::vector<std::string>(history.begin() + 1, history.end()));
}

TEST(Resume, OfStepsOnTheCallersRows) {
  const Job job = small_job();
  const TempDir folder;
  const std::string state = folder.path / "state.safetensors";
  const std::vector<float> rows = random_values(5 * kColumns, 8);
  Trainer whole = trainer_of(job), first = trainer_of(job), second = trainer_of(job);
  for (int i = 0; i < 6; ++i) whole.step(rows);
  for (int i = 0; i < 3; ++i) first.step(rows);
  first.save_state(state);
  second.load_state(state);
  for (int i = 0; i < 3; ++i) second.step(rows);
  EXPECT_EQ(arena_bits(second), arena_bits(whole));
}

class Refusal : public testing::Test {
 protected:
  Refusal() {
    Trainer trainer = trainer_of(job_);
    fit(trainer, job_, [](const Progress& p) { return p.step == 5 ? Control::stop : Control::proceed; });
    trainer.save_state(state_);
  }
  void expect_refused(const Job& other, const std::vector<std::string>& parts) {
    Trainer trainer = trainer_of(other);
    const auto before = arena_bits(trainer);
    std::vector<std::string> all = parts;
    all.push_back(state_);
    expect_error(Errc::data, all, [&] { trainer.load_state(state_); });
    EXPECT_EQ(arena_bits(trainer), before);
    EXPECT_EQ(trainer.steps_done(), 0);
  }

  Job job_ = small_job();
  TempDir folder_;
  std::string state_ = folder_.path / "state.safetensors";
};

TEST_F(Refusal, OfAnotherModel) {
  Job other = job_;
  other.model.latent = 4;
  expect_refused(other, {"latent", "3", "4"});
  other = job_;
  other.model.activation = Activation::relu;
  expect_refused(other, {"activation", "tanh", "relu"});
  other = job_;
  other.model.encoder_hidden = {11, 5};
  expect_refused(other, {"hidden"});
}

TEST_F(Refusal, OfAnotherPriorOrObjective) {
  Job other = job_;
  other.train.objective = Objective::iwae;
  expect_refused(other, {"objective", "elbo", "iwae"});
  for (const auto& [name, model] : with_every_other_prior(job_.model)) {
    SCOPED_TRACE(name);
    other.model = model;
    expect_refused(other, {name == "two layers" ? "top_latent" : "prior"});
  }
}

TEST_F(Refusal, OfAnotherTraining) {
  Job other = job_;
  other.train.learning_rate = 0.02;
  expect_refused(other, {"lr", "0.01", "0.02"});
  other = job_;
  other.train.seed = 6;
  expect_refused(other, {"seed", "5", "6"});
  other = job_;
  other.train.batch = 21;
  expect_refused(other, {"batch"});
  other = job_;
  other.train.optimizer = Optimizer::sgd;
  expect_refused(other, {"optimizer", "adam", "sgd"});
}

TEST_F(Refusal, NotOfALongerRunUnlessTheRateDependsOnIt) {
  Job longer = job_;
  longer.train.epochs = 5;
  Trainer trainer = trainer_of(longer);
  trainer.load_state(state_);
  EXPECT_EQ(fit(trainer, longer).steps, 20);

  Job cosine = job_;
  cosine.train.schedule.kind = LearningRateSchedule::Kind::cosine;
  Trainer(cosine.model, cosine.train, Device::cpu(1)).save_state(state_);
  cosine.train.epochs = 5;
  expect_refused(cosine, {"epochs"});
}

TEST_F(Refusal, OfOtherData) {
  Trainer trainer = trainer_of(job_);
  trainer.load_state(state_);
  const auto before = arena_bits(trainer);
  expect_error(Errc::data, {"not the data", "fingerprint"}, [&] { trainer.fit(random_rows(70, 2)); });
  expect_error(Errc::data, {"fingerprint"}, [&] { trainer.fit(job_.data, random_rows(10, 2)); });
  EXPECT_EQ(arena_bits(trainer), before);
  EXPECT_EQ(fit(trainer, job_).reason, StopReason::epochs_done);
}

TEST_F(Refusal, OfAPlaceInTheEpochThatIsNotThere) {
  train::StateFile file = train::read_state(state_);
  ASSERT_EQ(file.run.step_in_epoch, 1);
  file.run.step_in_epoch = 5;  // of 4
  train::write_state(state_, file);
  Trainer trainer = trainer_of(job_);
  int epochs_seen = 0;
  expect_error(Errc::data, {}, [&] {
    trainer.load_state(state_);
    fit(trainer, job_,
        [&](const Progress&) { return ++epochs_seen > 100 ? Control::stop : Control::proceed; });
  });
}

}  // namespace
}  // namespace cuvae::test
