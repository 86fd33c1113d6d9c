#include "cuvae/vae.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "data/sample_files.hpp"
#include "model/reference_model.hpp"
#include "train/jobs.hpp"

namespace cuvae::test {
namespace {

Vae small_vae(Likelihood likelihood = Likelihood::bernoulli, int threads = 1) {
  ModelConfig config = small_job().model;
  config.likelihood = likelihood;
  return Vae(config, 3, Device::cpu(threads));
}

std::vector<float> rows_of(const std::vector<float>& values, std::int64_t first, std::int64_t count,
                           std::int32_t cols) {
  const auto begin = values.begin() + first * cols;
  return {begin, begin + count * cols};
}

TEST(Vae, EncodesAndDecodesAsThePlainModelDoes) {
  for (const Likelihood likelihood : {Likelihood::bernoulli, Likelihood::gaussian}) {
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
      const std::vector<double> output = reference.decode(code.mean);
      for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_NEAR(static_cast<double>(latents.mean[static_cast<std::size_t>(row) * 3 + i]), code.mean[i],
                    1e-6);
        EXPECT_NEAR(static_cast<double>(latents.log_var[static_cast<std::size_t>(row) * 3 + i]),
                    code.log_var[i], 1e-6);
      }
      for (std::size_t i = 0; i < kColumns; ++i) {
        const double wanted =
            likelihood == Likelihood::bernoulli ? 1 / (1 + std::exp(-output[i])) : output[i];
        EXPECT_NEAR(static_cast<double>(decoded[static_cast<std::size_t>(row) * kColumns + i]), wanted, 1e-6);
      }
    }
    EXPECT_EQ(vae.reconstruct(x), decoded);
  }
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
