#include <gtest/gtest.h>

#include <algorithm>

#include "data/sample_files.hpp"
#include "model/reference_model.hpp"
#include "train/jobs.hpp"

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
    const Evaluation evaluation =
        vae.evaluate(data, {.seed = 12, .batch = 32, .binarize = {}, .progress = {}});
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
  const Evaluation evaluation = vae.evaluate(data, {.binarize = Binarize::threshold, .progress = {}});
  EXPECT_NEAR(evaluation.mean.elbo, by_the_plain_model(vae, data, 0, Binarize::threshold).elbo, 1e-5);
}

TEST(Evaluate, DoesNotDependOnTheBatchButForRounding) {
  const Dataset data = Dataset::builtin_shapes(150);
  ModelConfig config = small_job().model;
  config.data_dim = 784;
  Vae vae = vae_of(config);
  const double whole = vae.evaluate(data).mean.elbo;
  for (const std::int32_t batch : {1, 7, 64, 149, 1000}) {
    const Evaluation evaluation = vae.evaluate(data, {.batch = batch, .binarize = {}, .progress = {}});
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
  const auto with_seed = [&](std::uint64_t seed) {
    return vae.evaluate(data, {.seed = seed, .binarize = {}, .progress = {}}).mean;
  };
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

TEST(Evaluate, TellsItsProgressAndCanBeStopped) {
  const Dataset data = random_rows(70, 6);
  Vae vae = vae_of(small_job().model);
  std::vector<std::int64_t> seen;
  const auto collect = [&](std::int64_t rows) {
    seen.push_back(rows);
    return true;
  };
  static_cast<void>(vae.evaluate(data, {.batch = 30, .binarize = {}, .progress = collect}));
  EXPECT_EQ(seen.back(), 70);
  EXPECT_TRUE(std::is_sorted(seen.begin(), seen.end()));
  const auto stop = [](std::int64_t) { return false; };
  expect_error(Errc::invalid_argument, {"stopped"},
               [&] { static_cast<void>(vae.evaluate(data, {.binarize = {}, .progress = stop})); });
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
    static_cast<void>(
        vae_of(gaussian).evaluate(random_rows(3, 1), {.binarize = Binarize::dynamic, .progress = {}}));
  });
  expect_error(Errc::invalid_argument, {"batch"}, [&] {
    static_cast<void>(vae.evaluate(random_rows(3, 1), {.batch = 0, .binarize = {}, .progress = {}}));
  });
}

}  // namespace
}  // namespace cuvae::test
