#include "cuvae/vae.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <map>

#include "data/sample_files.hpp"
#include "model/reference_model.hpp"
#include "train/jobs.hpp"

namespace cuvae::test {
namespace {

Vae small_vae(Likelihood likelihood = Likelihood::bernoulli, int threads = 1) {
  ModelConfig config = small_job().model;
  config.likelihood = likelihood;
  if (likelihood == Likelihood::discretized_logistic) config.variance = Variance::shared;
  if (likelihood == Likelihood::categorical) config.categories = kColumns;
  return Vae(config, 3, Device::cpu(threads));
}

std::vector<float> rows_of(const std::vector<float>& values, std::int64_t first, std::int64_t count,
                           std::int32_t cols) {
  const auto begin = values.begin() + first * cols;
  return {begin, begin + count * cols};
}

TEST(Vae, EncodesAndDecodesAsThePlainModelDoes) {
  for (const Likelihood likelihood :
       {Likelihood::bernoulli, Likelihood::gaussian, Likelihood::continuous_bernoulli, Likelihood::laplace,
        Likelihood::discretized_logistic, Likelihood::categorical}) {
    SCOPED_TRACE(to_string(likelihood));
    Vae vae = small_vae(likelihood);
    const Tensors tensors = as_doubles(vae.parameters());
    const ReferenceModel reference(vae.config(), tensors);
    const std::vector<float> x = random_values(70 * kColumns, 2);
    const Latents latents = vae.encode(x);
    const std::vector<float> decoded = vae.decode(latents.mean);
    ASSERT_EQ(latents.mean.size(), 70u * 3);
    ASSERT_EQ(latents.log_var.size(), 70u * 3);
    ASSERT_EQ(decoded.size(), 70u * kColumns);
    for (std::int64_t row = 0; row < 70; ++row) {
      const auto begin = x.begin() + row * kColumns;
      const Code code = reference.encode(std::vector<double>(begin, begin + kColumns));
      const std::vector<double> wanted = reference.mean(reference.decode(code.mean));
      for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_NEAR(static_cast<double>(latents.mean[static_cast<std::size_t>(row) * 3 + i]), code.mean[i],
                    1e-6);
        EXPECT_NEAR(static_cast<double>(latents.log_var[static_cast<std::size_t>(row) * 3 + i]),
                    code.log_var[i], 1e-6);
      }
      for (std::size_t i = 0; i < kColumns; ++i) {
        EXPECT_NEAR(static_cast<double>(decoded[static_cast<std::size_t>(row) * kColumns + i]), wanted[i],
                    1e-6);
      }
    }
    EXPECT_EQ(vae.reconstruct(x), decoded);
  }
}

TEST(Vae, TakesLabelsAsThePlainModelDoes) {
  ModelConfig config = small_job().model;
  config.label_dim = 2;
  config.label_kind = LabelKind::real;
  Vae vae(config, 3, Device::cpu(1));
  const Tensors tensors = as_doubles(vae.parameters());
  const std::vector<float> x = random_values(70 * kColumns, 2), labels = random_values(70 * 2, 5, -1, 1);
  const Latents latents = vae.encode(x, labels);
  const std::vector<float> decoded = vae.decode(latents.mean, labels);
  for (std::size_t row = 0; row < 70; ++row) {
    const ReferenceModel reference(config, tensors, {labels[2 * row], labels[2 * row + 1]});
    const auto begin = x.begin() + static_cast<std::ptrdiff_t>(row * kColumns);
    const Code code = reference.encode(std::vector<double>(begin, begin + kColumns));
    const std::vector<double> wanted = reference.mean(reference.decode(code.mean));
    for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(latents.mean[row * 3 + i], code.mean[i], 1e-6);
    for (std::size_t i = 0; i < kColumns; ++i)
      EXPECT_NEAR(decoded[row * kColumns + i], wanted[i], 1e-6) << row << ", " << i;
  }
  EXPECT_EQ(vae.reconstruct(x, labels), decoded);
  EXPECT_NE(vae.sample(2, 0, 0, std::vector<float>{0, 0, 0, 0}),
            vae.sample(2, 0, 0, std::vector<float>{1, 0, 1, 0}));
  expect_error(Errc::invalid_argument, {"encode", "0 values", "70 rows", "labels of 2 numbers"},
               [&] { (void)vae.encode(x); });
  expect_error(Errc::invalid_argument, {"decode", "2 values", "1 row,"},
               [&] { (void)small_vae().decode(std::vector<float>(3), std::vector<float>(2)); });
  expect_error(Errc::invalid_argument, {"sample", "labels"}, [&] { (void)vae.sample(1); });
  EXPECT_EQ(vae.parameters()[1].name, "encoder.0.label_weight");
  EXPECT_EQ(vae.parameters()[1].shape, (std::vector<std::int64_t>{11, 2}));
}

// Encoded once, decoded with each of its draws: the label goes with every one.
TEST(Vae, EvaluatesWithLabels) {
  for (Job job : {with_classes(small_job()), with_numbers(small_job())}) {
    Vae vae(job.model, 3, Device::cpu(1));
    const Tensors tensors = as_doubles(vae.parameters());
    const Evaluation result = vae.evaluate(job.data, {.seed = 4, .batch = 16, .samples = 3});
    double elbo = 0;
    for (std::int64_t row = 0; row < 70; ++row) {
      const std::vector<float> x = row_of(job.data, row), label = label_of(job.data, row);
      const ReferenceModel reference(job.model, tensors, {label.begin(), label.end()});
      for (std::uint32_t sample = 0; sample < 3; ++sample) {
        const RowLoss loss =
            reference.loss(std::vector<double>(x.begin(), x.end()),
                           normals({4, ops::Purpose::evaluate_latent, sample}, 0, row, job.model.latent));
        elbo -= (loss.nll + loss.kl) / 210;
      }
    }
    EXPECT_NEAR(result.mean.elbo, elbo, 1e-5);
  }
  expect_error(Errc::data, {"no labels", "4 classes"}, [] {
    (void)Vae(with_classes(small_job()).model, 3, Device::cpu(1)).evaluate(small_job().data);
  });
}

TEST(Vae, LogVarianceIsReportedAfterItsBound) {
  Vae vae = small_vae();
  std::vector<Parameter> parameters = vae.parameters();
  for (Parameter& p : parameters) {
    if (p.name == "encoder.log_var.bias") p.values = {1000.0f, -1000.0f, 0.0f};
  }
  vae.set_parameters(parameters);
  const Latents latents = vae.encode(random_values(kColumns, 1));
  EXPECT_FLOAT_EQ(latents.log_var[0], 15.0f);
  EXPECT_FLOAT_EQ(latents.log_var[1], -15.0f);
}

class RowsSideBySide : public testing::Test {
 protected:
  static ModelConfig config() {
    ModelConfig config;
    config.data_dim = 784;
    config.encoder_hidden = config.decoder_hidden = {50};
    config.latent = 5;
    return config;
  }
  Vae vae_{config(), 1, Device::cpu(2)};
  std::vector<float> x_ = random_values(300 * 784, 4);
  Latents all_ = vae_.encode(x_);
  std::vector<float> decoded_ = vae_.decode(all_.mean);
};

TEST_F(RowsSideBySide, AreTheSameBitsHoweverManyThereAre) {
  for (const std::int64_t count : {1, 7, 64, 65, 256, 300}) {
    SCOPED_TRACE(count);
    const Latents part = vae_.encode(rows_of(x_, 0, count, 784));
    EXPECT_TRUE(part.mean == rows_of(all_.mean, 0, count, 5));
    EXPECT_TRUE(part.log_var == rows_of(all_.log_var, 0, count, 5));
    EXPECT_TRUE(vae_.decode(part.mean) == rows_of(decoded_, 0, count, 784));
  }
}

TEST_F(RowsSideBySide, AreTheSameBitsWhateverTheOthersHold) {
  std::vector<float> others = random_values(300 * 784, 5, -100.0f, 100.0f);
  std::copy_n(x_.begin() + 149 * 784, 784, others.begin() + 149 * 784);
  const Latents latents = vae_.encode(others);
  EXPECT_TRUE(rows_of(latents.mean, 149, 1, 5) == rows_of(all_.mean, 149, 1, 5));
  EXPECT_TRUE(rows_of(latents.log_var, 149, 1, 5) == rows_of(all_.log_var, 149, 1, 5));
}

TEST_F(RowsSideBySide,
       DifferByRoundingInAnotherPlace) {  // a BLAS may order a sum by the row's place in a tile
  const Latents alone = vae_.encode(rows_of(x_, 149, 1, 784));
  for (std::size_t i = 0; i < 5; ++i) EXPECT_NEAR(alone.mean[i], all_.mean[149 * 5 + i], 1e-6);
}

TEST(Vae, ThreadsDoNotChangeABit) {
  ModelConfig config;
  config.data_dim = 784;
  config.encoder_hidden = config.decoder_hidden = {200};
  config.latent = 5;
  const std::vector<float> x = random_values(300 * 784, 4);
  Vae one(config, 1, Device::cpu(1));
  for (const int threads : {2, 4}) {
    Vae more(config, 1, Device::cpu(threads));
    EXPECT_TRUE(more.encode(x).mean == one.encode(x).mean);
    EXPECT_TRUE(more.sample(300, 2) == one.sample(300, 2));
  }
}

TEST(Vae, DecodesToProbabilities) {
  Vae vae = small_vae();
  for (const float p : vae.decode(random_values(300, 5, -4.0f, 4.0f))) {
    EXPECT_GT(p, 0.0f);
    EXPECT_LT(p, 1.0f);
  }
}

TEST(Vae, SamplesAreAFunctionOfSeedAndPlace) {
  Vae vae = small_vae();
  const std::vector<float> hundred = vae.sample(100, 8);
  EXPECT_EQ(vae.sample(100, 8), hundred);
  EXPECT_NE(vae.sample(100, 9), hundred);
  EXPECT_EQ(vae.sample(10, 8), rows_of(hundred, 0, 10, kColumns));
  EXPECT_EQ(rows_of(vae.sample(300, 8), 0, 100, kColumns), hundred);
  EXPECT_EQ(vae.sample(36, 8, 64), rows_of(hundred, 64, 36, kColumns));

  const Tensors tensors = as_doubles(vae.parameters());
  for (const std::int64_t row : {0, 63, 64, 99}) {
    const std::vector<double> logits =
        ReferenceModel(vae.config(), tensors).decode(normals({8, ops::Purpose::prior, 0}, 0, row, 3));
    for (std::size_t i = 0; i < kColumns; ++i) {
      EXPECT_NEAR(static_cast<double>(hundred[static_cast<std::size_t>(row) * kColumns + i]),
                  1 / (1 + std::exp(-logits[i])), 1e-6);
    }
  }
}

// z ~ p(z) by the noise contract, in double.
std::vector<double> drawn_z(const ReferenceModel& reference, const ModelConfig& config, std::uint64_t seed,
                            std::int64_t number) {
  const auto noise = [&](std::uint32_t sample, std::int32_t count) {
    return normals({seed, ops::Purpose::prior, sample}, 0, number, count);
  };
  if (config.top_latent == 0 && config.prior == Prior::standard) return noise(0, config.latent);
  const std::uint64_t word = ops::noise_block(seed, ops::Purpose::prior, 0, number, 1, 0).x[0];
  const auto component = word * static_cast<std::uint64_t>(config.prior_components) >> 32;
  const Code from =
      config.top_latent > 0 ? reference.below(noise(1, config.top_latent)) : reference.component(component);
  std::vector<double> z = noise(0, config.latent);
  for (std::size_t i = 0; i < z.size(); ++i) z[i] = from.mean[i] + std::exp(from.log_var[i] / 2) * z[i];
  return z;
}

// With spread-out components, so that it matters which one is drawn.
void widen(Vae& vae) {
  std::vector<Parameter> parameters = vae.parameters();
  for (Parameter& p : parameters) {
    if (p.name == "prior.log_var") p.values = random_values(std::ssize(p.values), 12, -3.0f, 1.0f);
    if (p.name == "prior.inputs") p.values = random_values(std::ssize(p.values), 13, -1.0f, 2.0f);
    if (p.name.starts_with("top_decoder") || p.name == "encoder.mean.weight")
      for (float& value : p.values) value *= 3;
  }
  vae.set_parameters(parameters);
}

TEST(Vae, SamplesAreDrawnFromThePriorThatTheModelHas) {
  for (const Likelihood likelihood :
       {Likelihood::bernoulli, Likelihood::gaussian, Likelihood::continuous_bernoulli, Likelihood::laplace,
        Likelihood::discretized_logistic, Likelihood::categorical}) {
    for (const auto& [name, config] : with_every_other_prior(small_vae(likelihood).config())) {
      SCOPED_TRACE(name + ", " + std::string(to_string(likelihood)));
      Vae vae(config, 3, Device::cpu(1));
      widen(vae);
      const std::vector<float> hundred = vae.sample(100, 8);
      const Tensors tensors = as_doubles(vae.parameters());
      const ReferenceModel reference(vae.config(), tensors);
      for (const std::int64_t number : {0, 1, 63, 64, 99}) {
        const std::vector<double> wanted =
            reference.mean(reference.decode(drawn_z(reference, vae.config(), 8, number)));
        for (std::size_t i = 0; i < kColumns; ++i) {
          EXPECT_NEAR(static_cast<double>(hundred[static_cast<std::size_t>(number) * kColumns + i]),
                      wanted[i], 2e-6);
        }
      }
    }
  }
}

TEST(Vae, SamplesOfEveryPriorAreAFunctionOfSeedAndPlace) {
  for (const auto& [name, config] : with_every_other_prior(small_vae().config())) {
    SCOPED_TRACE(name);
    Vae vae(config, 3, Device::cpu(1)), threaded(config, 3, Device::cpu(4));
    widen(vae), widen(threaded);
    const std::vector<float> many = vae.sample(300, 8);
    EXPECT_EQ(vae.sample(300, 8), many);
    EXPECT_EQ(threaded.sample(300, 8), many);
    EXPECT_NE(vae.sample(300, 9), many);
    EXPECT_EQ(vae.sample(10, 8), rows_of(many, 0, 10, kColumns));
    EXPECT_EQ(vae.sample(36, 8, 64), rows_of(many, 64, 36, kColumns));
  }
}

// Mean and covariance of many samples.
struct SampleMoments {
  std::vector<double> mean;
  std::vector<std::vector<double>> covariance;
};

SampleMoments moments_of(const std::vector<float>& samples, std::size_t cols) {
  const auto rows = static_cast<double>(samples.size() / cols);
  SampleMoments m{std::vector<double>(cols), std::vector(cols, std::vector<double>(cols))};
  for (std::size_t i = 0; i < samples.size(); ++i) m.mean[i % cols] += static_cast<double>(samples[i]) / rows;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    for (std::size_t j = 0; j < cols; ++j) {
      const double other = static_cast<double>(samples[i / cols * cols + j]) - m.mean[j];
      m.covariance[i % cols][j] += (static_cast<double>(samples[i]) - m.mean[i % cols]) * other / rows;
    }
  }
  return m;
}

class Moments : public testing::Test {
 protected:
  // x = z: a decoder without hidden layers whose weight is 1.
  static Vae identity(ModelConfig config, const std::map<std::string, std::vector<float>>& given) {
    config.data_dim = config.latent = 2;
    config.encoder_hidden = config.decoder_hidden = {};
    config.likelihood = Likelihood::gaussian;
    Vae vae(config, 1, Device::cpu(2));
    std::vector<Parameter> parameters = vae.parameters();
    for (Parameter& p : parameters) {
      std::ranges::fill(p.values, 0.0f);
      if (p.name == "decoder.output.weight") p.values = {1, 0, 0, 1};
      if (given.contains(p.name)) p.values = given.at(p.name);
    }
    vae.set_parameters(parameters);
    return vae;
  }
  static void expect_moments(Vae& vae, const SampleMoments& wanted) {
    constexpr std::int64_t kSamples = 100'000;
    const SampleMoments m = moments_of(vae.sample(kSamples, 5), 2);
    for (std::size_t i = 0; i < 2; ++i) {  // within 5 standard errors
      EXPECT_NEAR(m.mean[i], wanted.mean[i], 5 * std::sqrt(wanted.covariance[i][i] / kSamples));
      for (std::size_t j = 0; j < 2; ++j) {
        const double scale = std::sqrt(wanted.covariance[i][i] * wanted.covariance[j][j]);
        EXPECT_NEAR(m.covariance[i][j], wanted.covariance[i][j], 5 * scale * std::sqrt(2.0 / kSamples));
      }
    }
  }
  static constexpr float kLogQuarter = -1.3862944f;
};

// Components (2, 0), (-1, 3), (-1, -3) with variances 1/4 and 1: mean (0, 0), variances 2 + 1/4 and 6 + 1.
TEST_F(Moments, OfAMixtureAreThoseOfItsComponents) {
  Vae vae = identity({.prior = Prior::mixture, .prior_components = 3},
                     {{"prior.mean", {2, 0, -1, 3, -1, -3}},
                      {"prior.log_var", {kLogQuarter, 0, kLogQuarter, 0, kLogQuarter, 0}}});
  expect_moments(vae, {{0, 0}, {{2.25, 0}, {0, 7}}});
}

// q(z|u) = N(2 u - (0, 1), 1/4) of a linear encoder, at the inputs (1, 1/2), (0, 0), (1/2, 1): its means are
// (2, 0), (0, -1), (1, 1).
TEST_F(Moments, OfAVampPriorAreThoseOfItsInputsEncoded) {
  Vae vae = identity({.prior = Prior::vamp, .prior_components = 3},
                     {{"encoder.mean.weight", {2, 0, 0, 2}},
                      {"encoder.mean.bias", {0, -1}},
                      {"encoder.log_var.bias", {kLogQuarter, kLogQuarter}},
                      {"prior.inputs", {1, 0.5f, 0, 0, 0.5f, 1}}});
  const double two_thirds = 2.0 / 3, variance = two_thirds + 0.25;
  expect_moments(vae, {{1, 0}, {{variance, 1.0 / 3}, {1.0 / 3, variance}}});
}

// z = A z2 + b + eps / 2 with a single z2 ~ N(0, 1): covariance A A' + 1/4.
TEST_F(Moments, OfTwoLayersAreThoseOfBoth) {
  Vae vae = identity({.top_latent = 1}, {{"top_decoder.mean.weight", {2, -1}},
                                         {"top_decoder.mean.bias", {0.5f, 3}},
                                         {"top_decoder.log_var.bias", {kLogQuarter, kLogQuarter}}});
  expect_moments(vae, {{0.5, 3}, {{4.25, -2}, {-2, 1.25}}});
}

TEST(Vae, TheSeedDecidesTheFirstWeights) {
  const ModelConfig config = small_job().model;
  EXPECT_EQ(bits(Vae(config, 3, Device::cpu(1)).parameters()),
            bits(Vae(config, 3, Device::cpu(1)).parameters()));
  EXPECT_NE(bits(Vae(config, 3, Device::cpu(1)).parameters()),
            bits(Vae(config, 4, Device::cpu(1)).parameters()));
  Job job = small_job();
  EXPECT_EQ(bits(trainer_of(job).model().parameters()),
            bits(Vae(config, job.train.seed, Device::cpu(1)).parameters()));
}

TEST(Vae, TakesParametersOfItsOwnShapesOnly) {
  Vae vae = small_vae();
  std::vector<Parameter> parameters = Vae(vae.config(), 99, Device::cpu(1)).parameters();
  vae.set_parameters(parameters);
  EXPECT_EQ(bits(vae.parameters()), bits(parameters));
  EXPECT_EQ(vae.parameter_count(), (11 * 13 + 11) + 2 * (3 * 11 + 3) + (9 * 3 + 9) + (13 * 9 + 13));
  parameters[0].shape = {13, 11};
  expect_error(Errc::invalid_argument, {parameters[0].name}, [&] { vae.set_parameters(parameters); });
  parameters.pop_back();
  expect_error(Errc::invalid_argument, {"tensors"}, [&] { vae.set_parameters(parameters); });
}

TEST(Vae, RefusesNumbersThatAreNoWholeRows) {
  Vae vae = small_vae();
  expect_error(Errc::invalid_argument, {"encode", "14", "13"},
               [&] { static_cast<void>(vae.encode(std::vector<float>(14))); });
  expect_error(Errc::invalid_argument, {"encode", "0"}, [&] { static_cast<void>(vae.encode({})); });
  expect_error(Errc::invalid_argument, {"decode", "4", "3"},
               [&] { static_cast<void>(vae.decode(std::vector<float>(4))); });
  expect_error(Errc::invalid_argument, {"12", "13"},
               [&] { static_cast<void>(vae.reconstruct(std::vector<float>(12))); });
  for (const std::int64_t n : {0, -1}) {
    expect_error(Errc::invalid_argument, {"sample", std::to_string(n)},
                 [&] { static_cast<void>(vae.sample(n)); });
  }
  for (const std::int64_t first :
       {std::int64_t{-1}, std::int64_t{1} << 40, std::numeric_limits<std::int64_t>::max()}) {
    expect_error(Errc::invalid_argument, {"sample", std::to_string(first)},
                 [&] { static_cast<void>(vae.sample(1, 0, first)); });
  }
  EXPECT_EQ(vae.sample(1, 0, (std::int64_t{1} << 40) - 1).size(), static_cast<std::size_t>(kColumns));
}

TEST(Vae, ModelOfATrainerIsACopy) {
  const Job job = small_job();
  Trainer trainer = trainer_of(job);
  const Vae before = trainer.model();
  const auto kept = bits(before.parameters());
  fit(trainer, job);
  EXPECT_EQ(bits(before.parameters()), kept);
  EXPECT_NE(bits(trainer.model().parameters()), kept);
}

}  // namespace
}  // namespace cuvae::test
