#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "data/sample_files.hpp"
#include "kernels/ops/noise.hpp"
#include "kernels/ops/row_order.hpp"
#include "model/padding.hpp"
#include "model/reference_model.hpp"
#include "src/train/trainer_impl.hpp"
#include "train/jobs.hpp"

namespace cuvae::test {
namespace {

// What builtin:shapes asks for, made small.
Job shapes_job() {
  Job job = small_job();
  job.data = Dataset::builtin_shapes(512);
  job.model.data_dim = 784;
  job.model.encoder_hidden = job.model.decoder_hidden = {64};
  job.model.latent = 8;
  job.model.activation = Activation::relu;
  job.train.batch = 128;
  return job;
}

struct Trained {
  std::vector<std::uint32_t> arenas;
  std::vector<std::string> history;
  friend bool operator==(const Trained&, const Trained&) = default;
};

Trained run(const Job& job, int threads) {
  Trainer trainer = trainer_of(job, threads);
  Trained trained{{}, describe(fit(trainer, job).history)};
  trained.arenas = arena_bits(trainer);
  return trained;
}

FitResult run_of(Job job) {
  job.train.objective = Objective::elbo_sampled;
  Trainer trainer = trainer_of(job);
  return fit(trainer, job);
}

TEST(Fit, TellsActiveUnitsOfEachLayer) {
  Job job = small_job();
  EXPECT_FALSE(run_of(job).history.back().active_top_units);
  for (const auto& [name, model] : with_every_other_prior(job.model)) {
    job.model = model;
    const std::optional<std::int32_t> active = run_of(job).history.back().active_top_units;
    EXPECT_EQ(active.has_value(), model.top_latent > 0) << name;
    EXPECT_LE(active.value_or(0), model.top_latent) << name;
  }
}

TEST(Fit, OverfitsOneBatch) {
  Job job = shapes_job();
  job.data = Dataset::builtin_shapes(64);
  job.train.epochs = 200;
  job.train.learning_rate = 3e-3;
  Trainer trainer = trainer_of(job);
  const FitResult result = fit(trainer, job);
  EXPECT_LT(result.history.front().train.elbo, -400) << "784 log 2 nats at first";
  EXPECT_GT(result.history.back().train.elbo, -110);
}

TEST(Fit, TwoRunsGiveTheSameBits) { EXPECT_EQ(run(shapes_job(), 2), run(shapes_job(), 2)); }

TEST(Fit, AnyNumberOfThreadsGivesTheSameBits) {
  Job job = shapes_job();
  job.model.encoder_hidden = {300};  // wide enough that threads share the products and the arena
  job.model.binarize = Binarize::dynamic;
  job.train.validation_fraction = 0.2;
  const Trained one = run(job, 1);
  EXPECT_EQ(run(job, 2), one);
  EXPECT_EQ(run(job, 4), one);
}

TEST(Fit, AnotherSeedGivesAnotherRun) {
  Job job = small_job();
  const Trained five = run(job, 1);
  job.train.seed = 6;
  EXPECT_NE(run(job, 1).arenas, five.arenas);
}

TEST(Fit, LeavesThePaddingZero) {
  Job job = small_job();
  job.model.likelihood = Likelihood::gaussian;
  job.model.variance = Variance::per_dimension;
  for (const Optimizer optimizer : {Optimizer::adam, Optimizer::adamw, Optimizer::sgd, Optimizer::iwae_adam,
                                    Optimizer::rmsprop, Optimizer::adamax, Optimizer::adam_normgrad}) {
    job.train.optimizer = optimizer;
    job.train.weight_decay = 0.01;
    Trainer trainer = trainer_of(job);
    fit(trainer, job);
    const model::Parameters& parameters = trainer.impl().parameters;
    const ParameterArenas& arenas = parameters.arenas();
    for (const float* arena :
         {arenas.parameters, arenas.gradients, arenas.first_moments, arenas.second_moments}) {
      EXPECT_EQ(dirty_padding(trainer.impl().layout, parameters.download(arena)), 0);
    }
  }
}

TEST(Fit, MicroBatchesGiveTheBatchsResultWithinRounding) {
  Job job = small_job();
  job.train.optimizer = Optimizer::sgd;  // Adam divides by the rounding of small gradients
  Trainer whole = trainer_of(job);
  const FitResult wanted = fit(whole, job);
  for (const std::int32_t micro : {1, 6, 10, 19}) {
    SCOPED_TRACE(micro);
    job.train.micro_batch = micro;
    Trainer trainer = trainer_of(job);
    const FitResult result = fit(trainer, job);
    for (std::size_t epoch = 0; epoch < 3; ++epoch) {
      EXPECT_NEAR(result.history[epoch].train.elbo, wanted.history[epoch].train.elbo, 2e-5);
    }
    const auto ours = trainer.model().parameters(), theirs = whole.model().parameters();
    for (std::size_t i = 0; i < ours.size(); ++i) {
      for (std::size_t k = 0; k < ours[i].values.size(); ++k) {
        ASSERT_NEAR(ours[i].values[k], theirs[i].values[k], 2e-6) << ours[i].name;
      }
    }
  }
}

TEST(Fit, MaxStepsStopsThere) {
  Job job = small_job();
  job.train.max_steps = 6;  // two steps into the second epoch
  Trainer trainer = trainer_of(job);
  const FitResult result = fit(trainer, job);
  EXPECT_EQ(result.reason, StopReason::max_steps);
  EXPECT_NE(result.explanation.find('6'), std::string::npos) << result.explanation;
  EXPECT_EQ(result.steps, 6);
  EXPECT_EQ(trainer.steps_done(), 6);
  EXPECT_EQ(trainer.epochs_done(), 1);
  ASSERT_EQ(result.history.size(), 2u);
  EXPECT_EQ(result.history[1].epoch, 2);
  EXPECT_EQ(result.history[1].step, 6);
}

TEST(Fit, SaysThatItIsDoneAndDoesNothingMore) {
  const Job job = small_job();
  Trainer trainer = trainer_of(job);
  EXPECT_EQ(fit(trainer, job).reason, StopReason::epochs_done);
  EXPECT_EQ(trainer.steps_done(), 12);
  EXPECT_EQ(trainer.epochs_done(), 3);
  const auto before = arena_bits(trainer);
  const FitResult again = fit(trainer, job);
  EXPECT_EQ(again.reason, StopReason::epochs_done);
  EXPECT_TRUE(again.history.empty());
  EXPECT_EQ(arena_bits(trainer), before);
}

TEST(Fit, TellsItsCallbackWhereItIs) {
  const Job job = small_job();
  Trainer trainer = trainer_of(job);
  std::int64_t steps = 0, epochs = 0;
  fit(trainer, job, [&](const Progress& p) {
    EXPECT_EQ(p.epochs, 3);
    EXPECT_EQ(p.total_steps, 12);
    EXPECT_EQ(p.steps_per_epoch, 4);
    if (p.event == Progress::Event::step) {
      EXPECT_EQ(p.step, ++steps);
      EXPECT_EQ(p.step_in_epoch, (steps - 1) % 4 + 1);
      EXPECT_EQ(p.epoch, (steps - 1) / 4 + 1);
      EXPECT_EQ(p.metrics, nullptr);
      EXPECT_NEAR(p.running.elbo, p.running.reconstruction - p.running.kl, 1e-9);
    } else if (p.metrics != nullptr) {
      EXPECT_EQ(p.epoch, ++epochs);
      EXPECT_EQ(p.metrics->epoch, epochs);
      EXPECT_EQ(p.metrics->step, 4 * epochs);
      EXPECT_EQ(p.running.elbo, p.metrics->train.elbo);
    } else {
      ADD_FAILURE() << "an epoch without metrics";
    }
    return Control::proceed;
  });
  EXPECT_EQ(steps, 12);
  EXPECT_EQ(epochs, 3);
}

TEST(Fit, OutputBiasStartsAtTheMeanOfTheTrainingRows) {
  Job job = small_job();
  freeze(job);
  job.model.output_bias = OutputBias::data_mean;
  job.model.likelihood = Likelihood::gaussian;
  Trainer trainer = trainer_of(job);
  fit(trainer, job);
  double mean = 0;
  for (std::int64_t row = 0; row < 70; ++row) mean += static_cast<double>(row_of(job.data, row)[7]) / 70;
  for (const Parameter& p : trainer.model().parameters()) {
    if (p.name != "decoder.output.bias") continue;
    EXPECT_NEAR(static_cast<double>(p.values[7]), mean, 1e-7);
  }
}

TEST(Fit, OutputBiasIsOfTheRowsAsTheyAreTrainedOn) {
  Job job = small_job();
  freeze(job);
  job.data = Dataset::from_values(std::vector<float>(70 * kColumns, 0.4f), kColumns);
  job.model.output_bias = OutputBias::data_mean;
  job.model.binarize = Binarize::threshold;
  Trainer trainer = trainer_of(job);
  fit(trainer, job);
  const auto parameters = trainer.model().parameters();
  const auto bias = std::ranges::find(parameters, std::string("decoder.output.bias"), &Parameter::name);
  ASSERT_NE(bias, parameters.end());
  EXPECT_NEAR(bias->values[0], std::log(0.001 / 0.999), 1e-5) << "0.4 is 0 above one half";
}

// Of the first rows of the run's own order; beyond the rows, inputs keep their first values.
TEST(Fit, InputsOfAVampPriorStartAsRowsOfTheData) {
  for (const Likelihood likelihood : {Likelihood::bernoulli, Likelihood::gaussian}) {
    Job job = small_job();
    freeze(job);
    job.model.likelihood = likelihood;
    job.model.prior = Prior::vamp;
    job.model.prior_components = 60;
    job.train.objective = Objective::elbo_sampled;
    job.train.validation_fraction = 0.3;
    Trainer trainer = trainer_of(job);
    const auto inputs = [&] {
      const auto parameters = trainer.model().parameters();
      return std::ranges::find(parameters, std::string("prior.inputs"), &Parameter::name)->values;
    };
    const std::vector<float> first = inputs();
    fit(trainer, job);
    const std::vector<float> values = inputs();
    const ops::RowOrder order{job.train.seed, 70, 0, 49, ops::RowOrder::Visit::shuffled};
    for (std::int64_t i = 0; i < 60; ++i) {
      const std::vector<float> row = row_of(job.data, i < 49 ? order.row(i, 0) : 0);
      for (std::size_t col = 0; col < kColumns; ++col) {
        const std::size_t at = static_cast<std::size_t>(i) * kColumns + col;
        const float inside = likelihood == Likelihood::bernoulli ? 0.01f + 0.98f * row[col] : row[col];
        EXPECT_NEAR(values[at], i < 49 ? inside : first[at], 1e-6) << "input " << i << ", " << col;
      }
    }
  }
}

TEST(Fit, InputsOfAVampPriorAreRowsAsTheyAreTrainedOn) {
  Job job = small_job();
  freeze(job);
  job.model.prior = Prior::vamp;
  job.model.binarize = Binarize::threshold;
  job.train.objective = Objective::elbo_sampled;
  Trainer trainer = trainer_of(job);
  fit(trainer, job);
  for (const Parameter& p : trainer.model().parameters()) {
    if (p.name != "prior.inputs") continue;
    for (std::size_t i = 0; i < 70 * kColumns; ++i)
      EXPECT_TRUE(std::abs(p.values[i] - 0.01f) < 1e-6f || std::abs(p.values[i] - 0.99f) < 1e-6f);
  }
}

TEST(Fit, RefusesDataOfAnotherWidthOrRange) {
  Job job = small_job();
  Trainer trainer = trainer_of(job);
  const Dataset wide = Dataset::from_values(random_values(70, 1), 14),
                grey = Dataset::from_values(random_values(70 * kColumns, 1, 0.0f, 2.0f), kColumns);
  expect_error(Errc::data, {"14", "13"}, [&] { trainer.fit(wide); });
  expect_error(Errc::data, {"14", "13"}, [&] { trainer.fit(job.data, wide); });
  expect_error(Errc::data, {"row"}, [&] { trainer.fit(grey); });
  expect_error(Errc::data, {"row"}, [&] { trainer.fit(job.data, grey); });
  job.train.validation_fraction = 0.9;
  Trainer splitting = trainer_of(job);
  expect_error(Errc::data, {"validation"}, [&] { splitting.fit(random_rows(1, 1)); });
  EXPECT_EQ(fit(splitting, job).reason, StopReason::epochs_done) << "data that was refused leaves no trace";
}

// Sums over rows by the plain double model, with the noise the contract asks for.
class Expected {
 public:
  Expected(const Job& job, const std::vector<Parameter>& weights)
      : job_(job), tensors_(as_doubles(weights)) {}

  RowLoss row(const Dataset& data, std::int64_t row, ops::Purpose purpose, std::int64_t step) const {
    const std::vector<float> x = row_of(data, row);
    const std::vector<double> eps =
        normals({job_.train.seed, purpose, 0}, static_cast<std::uint32_t>(step), row, job_.model.latent);
    const std::vector<float> label = label_of(data, row);
    return ReferenceModel(job_.model, tensors_, {label.begin(), label.end()})
        .loss(std::vector<double>(x.begin(), x.end()), eps);
  }

 private:
  const Job& job_;
  Tensors tensors_;
};

void expect_elbo(const Elbo& elbo, const RowLoss& sum, std::int64_t rows) {
  const double n = static_cast<double>(rows);
  EXPECT_NEAR(elbo.reconstruction, -sum.nll / n, 1e-5);
  EXPECT_NEAR(elbo.kl, sum.kl / n, 1e-6);
  EXPECT_NEAR(elbo.elbo, -(sum.nll + sum.kl) / n, 1e-5);
}

// Weights that stay as they are let every reported number be told beforehand: which rows are trained on and
// which are held out, the order of an epoch, the noise of each step, the mean over rows.
void expect_reports(const Job& job, std::int64_t held_out) {
  Trainer trainer = trainer_of(job);
  const Expected expected(job, trainer.model().parameters());
  const FitResult result = fit(trainer, job);
  const std::int64_t rows = job.data.rows(), training = rows - held_out;
  const bool filed = job.train.order == RowSequence::filed;
  const ops::RowOrder order{job.train.seed, rows, 0, training,
                            filed ? ops::RowOrder::Visit::in_order : ops::RowOrder::Visit::shuffled};
  const ops::RowOrder rest{job.train.seed, rows, training, held_out};
  std::int64_t step = 0;
  for (std::int32_t epoch = 0; epoch < job.train.epochs; ++epoch) {
    SCOPED_TRACE(epoch);
    RowLoss trained, validated;
    std::set<std::int64_t> seen;
    for (std::int64_t position = 0; position < training; ++position) {
      const std::int64_t row = order.row(position, epoch);
      const RowLoss loss =
          expected.row(job.data, row, ops::Purpose::latent, step + position / job.train.batch);
      trained.nll += loss.nll, trained.kl += loss.kl;
      seen.insert(row);
    }
    for (std::int64_t position = 0; position < held_out; ++position) {
      const std::int64_t row = rest.row(position, 0);
      const RowLoss loss = expected.row(job.data, row, ops::Purpose::evaluate_latent, 0);
      validated.nll += loss.nll, validated.kl += loss.kl;
      EXPECT_TRUE(seen.insert(row).second) << "row " << row << " is trained on and held out";
    }
    EXPECT_EQ(static_cast<std::int64_t>(seen.size()), rows);
    step += (training + job.train.batch - 1) / job.train.batch;
    const EpochMetrics& metrics = result.history.at(static_cast<std::size_t>(epoch));
    expect_elbo(metrics.train, trained, training);
    EXPECT_EQ(metrics.validation.has_value(), held_out > 0);
    if (metrics.validation) expect_elbo(*metrics.validation, validated, held_out);
  }
}

TEST(Fit, ReportsTheMeanOverEveryRowOfTheEpoch) {
  Job job = small_job();
  freeze(job);
  expect_reports(job, 0);
  job.train.micro_batch = 6;
  expect_reports(job, 0);
  job.model.likelihood = Likelihood::gaussian;
  job.model.fixed_variance = 0.3;
  expect_reports(job, 0);
}

TEST(Fit, FiledRowsComeInTheirOrder) {
  Job job = small_job();
  freeze(job);
  job.train.order = RowSequence::filed;
  expect_reports(job, 0);
  job.train.validation_fraction = 0.3;
  expect_reports(job, 21);
}

TEST(Fit, LabelsGoWithTheirRows) {
  for (Job job : {with_classes(small_job()), with_numbers(small_job())}) {
    freeze(job);
    expect_reports(job, 0);
    job.train.micro_batch = 6;
    job.train.validation_fraction = 0.3;
    expect_reports(job, 21);
  }
}

TEST(Fit, RefusesLabelsOfAnotherKind) {
  const Job plain = small_job(), classes = with_classes(plain), numbers = with_numbers(plain);
  const auto refused = [](const Job& job, const Dataset& data, const std::vector<std::string>& parts) {
    Trainer trainer = trainer_of(job);
    expect_error(Errc::data, parts, [&] { trainer.fit(data); });
    expect_error(Errc::data, parts, [&] { trainer.fit(job.data, data); });
  };
  refused(classes, plain.data, {"it has no labels", "takes labels of 4 classes", "--labels"});
  refused(classes, numbers.data, {"it has labels of 2 numbers", "takes labels of 4 classes"});
  refused(plain, classes.data, {"it has labels of 4 classes", "takes no labels", "Leave the labels out"});
  Job four_numbers = numbers;
  four_numbers.model.label_dim = 4;
  four_numbers.data = plain.data.with_labels(random_values(4 * 70, 1), 4);
  refused(four_numbers, classes.data, {"it has labels of 4 classes", "takes labels of 4 numbers"});
  Job vamp = classes;
  vamp.model.prior = Prior::vamp;
  vamp.train.objective = Objective::iwae;
  expect_error(Errc::invalid_argument, {"vamp", "labels", "mixture"}, [&] { (void)trainer_of(vamp); });
}

// What a decoder is told it need not learn: rows that a class fixes have no KL.
TEST(Fit, LabelsTellWhatTheyKnow) {
  Job job = small_job();
  std::vector<std::int32_t> classes;
  std::vector<float> values;
  for (std::int32_t row = 0; row < 70; ++row) {
    classes.push_back(row % 4);
    for (std::int32_t col = 0; col < kColumns; ++col) values.push_back((col + row) % 4 == 0 ? 1.0f : 0.0f);
  }
  job.data = Dataset::from_values(values, kColumns);
  job.train.epochs = 150;
  Trainer without = trainer_of(job);
  const Elbo alone = fit(without, job).history.back().train;
  job.data = job.data.with_classes(classes);
  job.model.label_dim = 4;
  Trainer with = trainer_of(job);
  const Elbo told = fit(with, job).history.back().train;
  EXPECT_LT(told.kl, 0.05);
  EXPECT_GT(alone.kl, 1);
  EXPECT_GT(told.elbo, alone.elbo + 1);
}

// Every epoch sees the pixels that the noise of the contract gives: 1 where a uniform number is below the
// grey value.
TEST(Fit, BinarizedOnceARowIsTheSameInEveryEpoch) {
  Job job = small_job();
  std::vector<float> pixels;
  for (std::int64_t row = 0; row < job.data.rows(); ++row) {
    const std::vector<float> grey = row_of(job.data, row);
    for (std::int32_t col = 0; col < kColumns; ++col) {
      const ops::PhiloxBlock words = ops::noise_block(0, ops::Purpose::binarize_once, 0, row, 0, col / 4);
      const float drawn = ops::uniform(words.x[col % 4]);
      pixels.push_back(drawn < grey[static_cast<std::size_t>(col)] ? 1.0f : 0.0f);
    }
  }
  Job binary = job;
  binary.data = Dataset::from_values(pixels, kColumns);
  job.model.binarize = Binarize::once;
  const Trained once = run(job, 1), by_hand = run(binary, 1);
  EXPECT_EQ(once.history, by_hand.history);
  EXPECT_EQ(once.arenas, by_hand.arenas);
}

// The gradient of each tensor, labels' weights with those beside them, over its norm + 1e-7: the first step
// of Adam sees that alone, and a huge loss or a tiny one is the same to it.
TEST(Fit, GradientsOfAdamNormgradAreDividedByTheirNorms) {
  Job job = with_classes(small_job());
  job.train.max_steps = 1;
  job.train.optimizer = Optimizer::adam_normgrad;
  job.train.beta1 = 0;
  job.train.epsilon = 1;  // so that a step shows the size of its gradient
  Trainer trainer = trainer_of(job);
  const model::Parameters& parameters = trainer.impl().parameters;
  const std::vector<float> before = parameters.download(parameters.arenas().parameters);
  fit(trainer, job);
  const std::vector<float> after = parameters.download(parameters.arenas().parameters);
  const std::vector<float> gradient = parameters.download(parameters.arenas().gradients);
  for (const model::Tensor& tensor : trainer.impl().layout.tensors()) {
    double square = 0;
    for (std::int64_t i = 0; i < tensor.rows * tensor.ld; ++i) {
      const auto at = static_cast<std::size_t>(tensor.offset + i);
      const double g = static_cast<double>(gradient[at]);
      square += g * g;
      EXPECT_NEAR(after[at] - before[at], -job.train.learning_rate * g / (std::abs(g) + 1), 1e-7)
          << tensor.name << ", " << i;
    }
    if (tensor.name.ends_with("label_weight")) continue;
    EXPECT_NEAR(std::sqrt(square), 1, 1e-5) << tensor.name;
  }
}

TEST(Fit, ValidationFractionHoldsOutRowsChosenByTheSeed) {
  Job job = small_job();
  freeze(job);
  job.train.validation_fraction = 0.3;
  expect_reports(job, 21);
  job.train.seed = 77;
  expect_reports(job, 21);
}

TEST(Fit, ValidationDataIsEvaluatedWhole) {
  Job job = small_job();
  freeze(job);
  job.validation = random_rows(33, 9);
  Trainer trainer = trainer_of(job);
  const Expected expected(job, trainer.model().parameters());
  RowLoss sum;
  for (std::int64_t row = 0; row < 33; ++row) {
    const RowLoss loss = expected.row(*job.validation, row, ops::Purpose::evaluate_latent, 0);
    sum.nll += loss.nll, sum.kl += loss.kl;
  }
  const FitResult result = fit(trainer, job);
  ASSERT_TRUE(result.history[0].validation.has_value());
  expect_elbo(*result.history[0].validation, sum, 33);
}

TEST(Fit, ObjectiveWeighsTheKl) {
  Job job = small_job();
  freeze(job);
  job.train.kl_weight = 0.25;
  Trainer trainer = trainer_of(job);
  const EpochMetrics metrics = fit(trainer, job).history.at(1);
  EXPECT_NEAR(metrics.objective, metrics.train.reconstruction - 0.25 * metrics.train.kl, 1e-9);
  EXPECT_NEAR(metrics.train.elbo, metrics.train.reconstruction - metrics.train.kl, 1e-9);
  EXPECT_EQ(metrics.kl_weight, 0.25);
}

}  // namespace
}  // namespace cuvae::test
