#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "data/sample_files.hpp"
#include "model/reference_model.hpp"
#include "train/jobs.hpp"
#include "train/principal_components.hpp"

namespace cuvae::test {
namespace {

Vae vae_of(const ModelConfig& config) { return Vae(config, 3, Device::cpu(1)); }

double uniform_of(std::uint64_t seed, std::int64_t row, std::int32_t col) {
  return static_cast<double>(
      ops::uniform(ops::noise_block(seed, ops::Purpose::evaluate_binarize, 0, row, 0, col / 4).x[col % 4]));
}

double binarized(Binarize binarize, double value, std::uint64_t seed, std::int64_t row, std::int32_t col) {
  if (binarize == Binarize::threshold) return value > 0.5 ? 1.0 : 0.0;
  if (binarize == Binarize::dynamic) return uniform_of(seed, row, col) < value ? 1.0 : 0.0;
  return value;
}

Elbo by_the_plain_model(const Vae& vae, const Dataset& data, std::uint64_t seed, Binarize binarize) {
  const Tensors tensors = as_doubles(vae.parameters());
  const ReferenceModel reference(vae.config(), tensors);
  double nll = 0, kl = 0;
  for (std::int64_t row = 0; row < data.rows(); ++row) {
    const std::vector<float> stored = row_of(data, row);
    std::vector<double> x(stored.begin(), stored.end());
    for (std::int32_t col = 0; col < kColumns; ++col) {
      double& value = x[static_cast<std::size_t>(col)];
      value = binarized(binarize, value, seed, row, col);
    }
    const auto eps = normals({seed, ops::Purpose::evaluate_latent, 0}, 0, row, vae.config().latent);
    const RowLoss loss = reference.loss(x, eps);
    nll += loss.nll / static_cast<double>(data.rows()), kl += loss.kl / static_cast<double>(data.rows());
  }
  return {-(nll + kl), -nll, kl};
}

TEST(Evaluate, AgreesWithThePlainModel) {
  const Dataset data = random_rows(70, 6);
  for (const Binarize binarize : {Binarize::none, Binarize::dynamic, Binarize::threshold}) {
    ModelConfig config = small_job().model;
    config.binarize = binarize;
    Vae vae = vae_of(config);
    const Evaluation evaluation = vae.evaluate(data, {.seed = 12, .batch = 32});
    const Elbo expected = by_the_plain_model(vae, data, 12, binarize);
    EXPECT_NEAR(evaluation.mean.elbo, expected.elbo, 1e-5);
    EXPECT_NEAR(evaluation.mean.reconstruction, expected.reconstruction, 1e-5);
    EXPECT_NEAR(evaluation.mean.kl, expected.kl, 1e-6);
    EXPECT_NEAR(evaluation.mean.elbo, evaluation.mean.reconstruction - evaluation.mean.kl, 1e-12);
    EXPECT_EQ(evaluation.rows, 70);
  }
}

// With all weights zero the decoder's mean is 0 and the rest has a closed form.
TEST(Evaluate, AFixedVarianceIsExactlyThatVariance) {
  const Dataset data = random_rows(70, 6);
  double mean_square = 0;
  for (std::int64_t row = 0; row < data.rows(); ++row) {
    for (const float value : row_of(data, row))
      mean_square += static_cast<double>(value) * static_cast<double>(value) / 70;
  }
  for (const double variance : {1e-6, 1e-5, 0.25, 1e6}) {
    ModelConfig config = small_job().model;
    config.likelihood = Likelihood::gaussian;
    config.fixed_variance = variance;
    Vae vae = vae_of(config);
    std::vector<Parameter> parameters = vae.parameters();
    for (Parameter& p : parameters) std::ranges::fill(p.values, 0.0f);
    vae.set_parameters(parameters);
    const double expected = -0.5 * (mean_square / variance + kColumns * std::log(2 * M_PI * variance));
    EXPECT_NEAR(vae.evaluate(data).mean.reconstruction, expected, 2e-5 * std::abs(expected)) << variance;
  }
}

TEST(Evaluate, OptionsOverrideTheModelsBinarization) {
  const Dataset data = random_rows(70, 6);
  Vae vae = vae_of(small_job().model);
  const Evaluation evaluation = vae.evaluate(data, {.binarize = Binarize::threshold});
  EXPECT_NEAR(evaluation.mean.elbo, by_the_plain_model(vae, data, 0, Binarize::threshold).elbo, 1e-5);
}

TEST(Evaluate, DoesNotDependOnTheBatchButForRounding) {
  const Dataset data = Dataset::builtin_shapes(150);
  ModelConfig config = small_job().model;
  config.data_dim = 784;
  Vae vae = vae_of(config);
  const double whole = vae.evaluate(data).mean.elbo;
  for (const std::int32_t batch : {1, 7, 64, 149, 1000}) {
    const Evaluation evaluation = vae.evaluate(data, {.batch = batch});
    EXPECT_NEAR(evaluation.mean.elbo, whole, 1e-5 * std::abs(whole)) << batch;
    EXPECT_EQ(evaluation.rows, 150);
  }
}

TEST(Evaluate, DoesNotDependOnThreadsAtAll) {
  const Dataset data = Dataset::builtin_shapes(300);
  ModelConfig config = small_job().model;
  config.data_dim = 784;
  config.encoder_hidden = {200};
  const Elbo one = Vae(config, 1, Device::cpu(1)).evaluate(data).mean;
  for (const int threads : {2, 4}) {
    const Elbo more = Vae(config, 1, Device::cpu(threads)).evaluate(data).mean;
    EXPECT_EQ(more.elbo, one.elbo);
    EXPECT_EQ(more.kl, one.kl);
  }
}

TEST(Evaluate, IsAFunctionOfItsSeed) {
  const Dataset data = random_rows(70, 6);
  Vae vae = vae_of(small_job().model);
  const auto with_seed = [&](std::uint64_t seed) { return vae.evaluate(data, {.seed = seed}).mean; };
  EXPECT_EQ(with_seed(1).elbo, with_seed(1).elbo);
  EXPECT_NE(with_seed(1).elbo, with_seed(2).elbo);
  EXPECT_EQ(with_seed(1).kl, with_seed(2).kl) << "the KL is analytic";
}

TEST(Evaluate, CountsLatentsWhoseMeanVaries) {
  ModelConfig config = small_job().model;
  config.encoder_hidden = {};
  Vae vae = vae_of(config);
  std::vector<Parameter> parameters = vae.parameters();
  for (Parameter& p : parameters) {
    if (p.name != "encoder.mean.weight") continue;
    std::fill(p.values.begin(), p.values.end(), 0.0f);
    p.values[0] = 1.0f;         // values uniform in (0, 1): variance 1/12
    p.values[kColumns] = 0.3f;  // 0.0075: not more than 0.01
  }
  vae.set_parameters(parameters);
  EXPECT_EQ(vae.evaluate(random_rows(200, 6)).active_units, 1);
}

Epsilon noise_of_draw(const ModelConfig& config, std::int64_t row, std::uint32_t draw) {
  const auto drawn = [&](ops::Purpose purpose, std::int32_t count) {
    return normals({5, purpose, draw}, 0, row, count);
  };
  return {drawn(ops::Purpose::evaluate_latent, config.latent),
          drawn(ops::Purpose::evaluate_top_latent, config.top_latent)};
}

// Of `draws` draws, each with the noise of its number.
RowEvaluation by_the_plain_model(const ReferenceModel& reference, const ModelConfig& config,
                                 const std::vector<double>& x, std::int64_t row, std::int32_t draws) {
  const bool closed = config.prior == Prior::standard && config.top_latent == 0;
  const Code code = reference.encode(x);
  double nll = 0, kl = 0, weights = 0, squares = 0;
  for (std::int32_t k = 0; k < draws; ++k) {
    const Epsilon eps = noise_of_draw(config, row, static_cast<std::uint32_t>(k));
    const RowLoss drawn = reference.loss_of_draw(x, eps, code);
    nll += drawn.nll / draws;
    kl += (closed ? reference.loss(x, eps.z).kl : drawn.kl) / draws;
    const double weight = std::exp(-drawn.nll - drawn.kl);
    weights += weight, squares += weight * weight;
  }
  return {-nll - kl, std::log(weights / draws), -nll, kl, weights * weights / squares};
}

void expect_bounds_of_the_plain_model(const ModelConfig& config, std::int64_t rows, std::int32_t draws) {
  const Dataset data = random_rows(rows, 6);
  Vae vae = vae_of(config);
  const Tensors tensors = as_doubles(vae.parameters());
  const ReferenceModel reference(vae.config(), tensors);
  std::vector<RowEvaluation> results;
  EvaluateOptions options{.seed = 5, .batch = 4, .samples = draws};
  options.row = [&](std::int64_t row, const RowEvaluation& result) {
    EXPECT_EQ(row, std::ssize(results));
    results.push_back(result);
  };
  const Evaluation evaluation = vae.evaluate(data, options);
  ASSERT_EQ(std::ssize(results), rows);
  const auto n = static_cast<double>(rows);
  double iwae = 0, elbo = 0, kl = 0;
  for (std::int64_t row = 0; row < rows; ++row) {
    const std::vector<float> stored = row_of(data, row);
    const std::vector<double> x(stored.begin(), stored.end());
    const RowEvaluation &result = results[static_cast<std::size_t>(row)],
                        expected = by_the_plain_model(reference, vae.config(), x, row, draws);
    EXPECT_NEAR(result.reconstruction, expected.reconstruction, 1e-5);
    EXPECT_NEAR(result.kl, expected.kl, 1e-5);
    EXPECT_NEAR(result.elbo, expected.elbo, 1e-5);
    EXPECT_NEAR(result.iwae, expected.iwae, 1e-5);
    EXPECT_NEAR(result.effective_samples, expected.effective_samples, 1e-4 * draws);
    iwae += result.iwae / n, elbo += result.elbo / n, kl += result.kl / n;
  }
  EXPECT_NEAR(evaluation.iwae.value, iwae, 1e-12);
  EXPECT_NEAR(evaluation.elbo.value, elbo, 1e-12);
  EXPECT_NEAR(evaluation.mean.kl, kl, 1e-12);
  EXPECT_NEAR(evaluation.inference_gap, iwae - elbo, 1e-12);
  EXPECT_NEAR(evaluation.mean.kl, -evaluation.log_prior - evaluation.entropy, 1e-9);
}

TEST(Evaluate, BoundsAgreeWithThePlainModel) { expect_bounds_of_the_plain_model(small_job().model, 9, 37); }

TEST(Evaluate, BoundsAgreeWithThePlainModelUnderEveryPrior) {
  for (const auto& [name, model] : with_every_other_prior(small_job().model)) {
    SCOPED_TRACE(name);
    expect_bounds_of_the_plain_model(model, 5, 37);
  }
}

// More draws than one pass takes: what comes later has noise of its own, of both layers.
TEST(Evaluate, BoundsAgreeWithThePlainModelOverPasses) {
  for (const auto& [name, model] : with_every_other_prior(small_job().model)) {
    if (model.top_latent > 0) expect_bounds_of_the_plain_model(model, 4, 1060);
  }
}

// The same noise with a narrower reach: many columns leave memory for few draws at a time.
TEST(Evaluate, OfAWideModelDrawsFewAtATime) {
  ModelConfig config = small_job().model;
  config.data_dim = 300'000;
  config.encoder_hidden = config.decoder_hidden = {};
  config.latent = 1;
  Vae vae = vae_of(config);
  const Dataset data = Dataset::from_values(random_values(2 * config.data_dim, 6), config.data_dim);
  std::vector<std::int64_t> told;
  EvaluateOptions options{.seed = 5, .samples = 300};
  options.progress = [&](std::int64_t rows) {
    told.push_back(rows);
    return true;
  };
  static_cast<void>(vae.evaluate(data, options));
  // 256 MiB hold 223 rows of 300,000 floats, 111 draws of each of two.
  EXPECT_EQ(told.size(), 3u);
}

// Before anything is allocated.
TEST(Evaluate, RefusesMorePairsThanCanBeCounted) {
  ModelConfig config = small_job().model;
  config.prior = Prior::mixture;
  config.prior_components = 65'536;
  Vae vae = vae_of(config);
  const Dataset data = random_rows(40'000, 6);
  expect_error(Errc::invalid_argument, {"batch:", "2621440000 numbers", "smaller batch"},
               [&] { static_cast<void>(vae.evaluate(data, {.batch = 40'000})); });
}

// As those of the first layer are of its mean, at one draw of z.
TEST(Evaluate, UnitsOfTheSecondLayerAreOfItsMeanAtTheFirstDraw) {
  const auto priors = with_every_other_prior(small_job().model);
  const auto two = std::ranges::find_if(priors, [](const auto& one) { return one.model.top_latent > 0; });
  ASSERT_NE(two, priors.end());
  Vae vae = vae_of(two->model);
  std::vector<Parameter> parameters = vae.parameters();
  for (Parameter& p : parameters) {
    if (p.name == "top_encoder.mean.weight")
      for (float& value : p.values) value *= 3;
  }
  vae.set_parameters(parameters);
  const Dataset data = random_rows(50, 6);
  const Evaluation evaluation = vae.evaluate(data, {.seed = 5, .batch = 7, .samples = 3});
  const Tensors tensors = as_doubles(vae.parameters());
  const ReferenceModel reference(vae.config(), tensors);
  const auto units = static_cast<std::size_t>(two->model.top_latent);
  ASSERT_EQ(evaluation.top_units.size(), units);
  std::vector<double> mean(units), square(units), kl(units);
  for (std::int64_t row = 0; row < 50; ++row) {
    const std::vector<float> stored = row_of(data, row);
    const std::vector<double> x(stored.begin(), stored.end());
    const Code code = reference.above(reference.draw(x, noise_of_draw(vae.config(), row, 0).z));
    for (std::size_t i = 0; i < units; ++i) {
      mean[i] += code.mean[i] / 50, square[i] += code.mean[i] * code.mean[i] / 50;
      kl[i] += 0.5 * (code.mean[i] * code.mean[i] + std::exp(code.log_var[i]) - 1 - code.log_var[i]) / 50;
    }
  }
  std::int32_t active = 0;
  for (std::size_t i = 0; i < units; ++i) {
    const double variance = square[i] - mean[i] * mean[i];
    EXPECT_NEAR(evaluation.top_units[i].mean_variance, variance, 1e-5);
    EXPECT_NEAR(evaluation.top_units[i].kl, kl[i], 1e-5);
    active += variance > 0.01 ? 1 : 0;
  }
  EXPECT_EQ(evaluation.active_top_units, active);
  EXPECT_GT(active, 0);
  EXPECT_TRUE(vae_of(small_job().model).evaluate(data).top_units.empty());
}

TEST(Evaluate, BoundsDoNotDependOnHowDrawsAreBatched) {
  const Dataset data = random_rows(70, 6);
  const auto bounds = [&](std::int32_t batch) {
    Vae vae = vae_of(small_job().model);
    return vae.evaluate(data, {.batch = batch, .samples = 200});
  };
  const Evaluation whole = bounds(4096);
  for (const std::int32_t batch : {1, 64}) {
    EXPECT_NEAR(bounds(batch).iwae.value, whole.iwae.value, 1e-5) << batch;
    EXPECT_NEAR(bounds(batch).elbo.value, whole.elbo.value, 1e-5) << batch;
  }
}

// In expectation; 70 rows make a reversal unlikely by many standard errors.
TEST(Evaluate, LRisesWithK) {
  const Dataset data = random_rows(70, 6);
  Vae vae = vae_of(small_job().model);
  double last = -1e30;
  for (const std::int32_t k : {1, 8, 64, 512}) {
    const Estimate bound = vae.evaluate(data, {.seed = 3, .samples = k}).iwae;
    EXPECT_GT(bound.value, last) << k;
    last = bound.value;
  }
  const Evaluation many = vae.evaluate(data, {.seed = 3, .samples = 512});
  EXPECT_GT(many.inference_gap, 0);
  EXPECT_LT(many.effective_samples, 512);
  EXPECT_GT(many.effective_samples, 1);
}

// q(z|x) = N(mean, I), which is wider than the posterior of a linear decoder: so log w is bounded above.
void widen_posterior(Vae& vae) {
  std::vector<Parameter> all = vae.parameters();
  for (Parameter& one : all) {
    if (one.name.starts_with("encoder.log_var.")) std::ranges::fill(one.values, 0.0f);
  }
  vae.set_parameters(all);
}

// log N(x; b, W W^T + variance I), what a linear decoder makes of z ~ N(0, I).
double linear_evidence(const Tensors& tensors, double variance, std::span<const double> x) {
  const std::vector<double>&w = tensors.at("decoder.output.weight"), &b = tensors.at("decoder.output.bias");
  const std::size_t cols = x.size(), latent = w.size() / cols;
  std::vector<double> spread(cols * cols);
  for (std::size_t i = 0; i < cols; ++i) {
    spread[i * cols + i] = variance;
    for (std::size_t j = 0; j < cols; ++j) {
      for (std::size_t k = 0; k < latent; ++k) spread[i * cols + j] += w[i * latent + k] * w[j * latent + k];
    }
  }
  const Eigen found = eigen(spread, cols);
  double sum = 0;
  for (std::size_t i = 0; i < cols; ++i) {
    double along = 0;
    for (std::size_t k = 0; k < cols; ++k) along += found.vectors[k * cols + i] * (x[k] - b[k]);
    sum += std::log(2 * std::numbers::pi * found.values[i]) + along * along / found.values[i];
  }
  return -0.5 * sum;
}

TEST(Evaluate, LTendsToTheEvidenceOfALinearModel) {
  ModelConfig config = small_job().model;
  config.encoder_hidden = config.decoder_hidden = {};
  config.latent = 2;
  config.likelihood = Likelihood::gaussian;
  config.fixed_variance = 0.3;
  Vae vae = vae_of(config);
  widen_posterior(vae);
  const Dataset data = random_rows(6, 6);
  double evidence = 0;
  for (std::int64_t row = 0; row < 6; ++row) {
    const std::vector<float> stored = row_of(data, row);
    evidence += linear_evidence(as_doubles(vae.parameters()), 0.3,
                                std::vector<double>(stored.begin(), stored.end())) /
                6;
  }
  const Evaluation few = vae.evaluate(data, {.samples = 2}), many = vae.evaluate(data, {.samples = 65535});
  EXPECT_LT(many.elbo.value, evidence - 0.01) << "the encoder should not be the posterior";
  EXPECT_LT(few.iwae.value, evidence);
  EXPECT_NEAR(many.iwae.value, evidence, 4 * many.iwae.draw_error);
  EXPECT_LT(many.iwae.draw_error, 0.005);
}

TEST(Evaluate, ErrorsOfTheDrawsAreThoseOfOtherSeeds) {
  const Dataset data = random_rows(70, 6);
  Vae vae = vae_of(small_job().model);
  std::vector<double> elbos, iwaes;
  Evaluation last;
  constexpr int kSeeds = 60;
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    last = vae.evaluate(data, {.seed = seed, .samples = 50});
    elbos.push_back(last.elbo.value), iwaes.push_back(last.iwae.value);
  }
  const auto deviation = [](const std::vector<double>& values) {
    double mean = 0, square = 0;
    for (const double value : values) mean += value / kSeeds;
    for (const double value : values) square += (value - mean) * (value - mean) / (kSeeds - 1);
    return std::sqrt(square);
  };
  // A standard deviation of 60 values is known to a tenth; 3 of its standard errors.
  EXPECT_NEAR(last.elbo.draw_error / deviation(elbos), 1, 0.3);
  EXPECT_NEAR(last.iwae.draw_error / deviation(iwaes), 1, 0.3);
}

// Where every row has the same q, x says nothing of z; where each has its own far from all others, everything
// there is to say about which row it is.
TEST(Evaluate, MutualInformationLiesBetweenNothingAndTheRowsNumber) {
  ModelConfig config = small_job().model;
  config.encoder_hidden = {};
  config.latent = 1;
  Vae vae = vae_of(config);
  const Dataset data = random_rows(200, 6);
  const auto with_slope = [&](float slope) {
    std::vector<Parameter> parameters = vae.parameters();
    for (Parameter& p : parameters) {
      if (p.name.starts_with("encoder")) std::ranges::fill(p.values, 0.0f);
      if (p.name == "encoder.mean.weight") p.values[0] = slope;
    }
    vae.set_parameters(parameters);
    return vae.evaluate(data).mutual_information;
  };
  EXPECT_NEAR(with_slope(0), 0, 1e-12);
  EXPECT_NEAR(with_slope(1e6f), std::log(200), 0.05);
  const double between = with_slope(3);
  EXPECT_GT(between, 0.1);
  EXPECT_LT(between, 1);
}

TEST(Evaluate, TellsItsProgressAndCanBeStopped) {
  const Dataset data = random_rows(70, 6);
  Vae vae = vae_of(small_job().model);
  std::vector<std::int64_t> seen;
  const auto collect = [&](std::int64_t rows) {
    seen.push_back(rows);
    return true;
  };
  static_cast<void>(vae.evaluate(data, {.batch = 30, .progress = collect}));
  EXPECT_EQ(seen.back(), 70);
  EXPECT_TRUE(std::is_sorted(seen.begin(), seen.end()));
  const auto stop = [](std::int64_t) { return false; };
  expect_error(Errc::invalid_argument, {"stopped"},
               [&] { static_cast<void>(vae.evaluate(data, {.progress = stop})); });
}

// What is no distribution over the categories has no likelihood.
TEST(Evaluate, RefusesGroupsThatDoNotSumToOne) {
  ModelConfig config = small_job().model;
  config.data_dim = 6;
  config.likelihood = Likelihood::categorical;
  config.categories = 3;
  Vae vae = vae_of(config);
  const auto of = [](const std::vector<float>& values) { return Dataset::from_values(values, 6); };
  EXPECT_NO_THROW((void)vae.evaluate(of({0, 1, 0, 1, 0, 0})));
  EXPECT_NO_THROW((void)vae.evaluate(of({0.25f, 0.25f, 0.5f, 1, 0, 0}))) << "a mixture";
  const Dataset bad = of({0, 1, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0});
  expect_error(Errc::data, {"row 1, columns 3 to 5", "3 categories", "one-hot"},
               [&] { (void)vae.evaluate(bad); });
  expect_error(Errc::data, {"row 1, columns 3 to 5"}, [&] {
    Trainer trainer(config, {.epochs = 1}, Device::cpu(1));
    (void)trainer.fit(bad);
  });
  expect_error(Errc::data, {"step: row 1, columns 0 to 2"}, [&] {
    Trainer trainer(config, {.epochs = 1}, Device::cpu(1));
    (void)trainer.step(std::vector<float>{0, 1, 0, 1, 0, 0, 1, 1, 0, 1, 0, 0});
  });
}

TEST(Evaluate, RefusesDataThatDoesNotFit) {
  Vae vae = vae_of(small_job().model);
  const auto refused = [&](const Dataset& data, std::vector<std::string> parts) {
    expect_error(Errc::data, parts, [&] { static_cast<void>(vae.evaluate(data)); });
  };
  refused(Dataset::from_values(random_values(70, 1), 7), {"7", "13"});
  refused(Dataset::from_values(random_values(20 * kColumns, 1, 0.0f, 1.5f), kColumns), {"row"});
  ModelConfig gaussian = small_job().model;
  gaussian.likelihood = Likelihood::gaussian;
  expect_error(Errc::invalid_argument, {"binarize"}, [&] {
    static_cast<void>(vae_of(gaussian).evaluate(random_rows(3, 1), {.binarize = Binarize::dynamic}));
  });
  expect_error(Errc::invalid_argument, {"batch"},
               [&] { static_cast<void>(vae.evaluate(random_rows(3, 1), {.batch = 0})); });
  for (const std::int32_t samples : {0, -1, 65536}) {
    expect_error(Errc::invalid_argument, {"samples", std::to_string(samples), "65535"},
                 [&] { static_cast<void>(vae.evaluate(random_rows(3, 1), {.samples = samples})); });
  }
}

}  // namespace
}  // namespace cuvae::test
