// A linear VAE with one learned variance is probabilistic PCA (Lucas et al., 2019): trained to its optimum,
// its ELBO is the largest log-likelihood, which is known in closed form, and the inference gap is gone.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <random>

#include "model/reference_model.hpp"
#include "train/jobs.hpp"
#include "train/principal_components.hpp"

namespace cuvae::test {
namespace {

constexpr std::int64_t kRows = 2000;
constexpr std::size_t kWidth = 6, kFactors = 2;

std::vector<float> rows_of_a_factor_model() {
  const double loading[kFactors][kWidth] = {{1.5, -1.0, 0.8, 0.0, 0.5, -0.3},
                                            {0.2, 0.7, -0.4, 1.1, -0.9, 0.6}};
  std::mt19937 random(3);
  std::normal_distribution<double> normal;
  std::vector<float> rows;
  for (std::int64_t row = 0; row < kRows; ++row) {
    const double factor[kFactors] = {normal(random), normal(random)};
    for (std::size_t col = 0; col < kWidth; ++col) {
      const double value =
          0.4 * static_cast<double>(col) + factor[0] * loading[0][col] + factor[1] * loading[1][col];
      rows.push_back(static_cast<float>(value + 0.5 * normal(random)));
    }
  }
  return rows;
}

Job linear_job(const std::vector<float>& rows) {
  Job job{{}, {}, Dataset::from_values(rows, kWidth), {}};
  job.model.data_dim = kWidth;
  job.model.encoder_hidden = job.model.decoder_hidden = {};
  job.model.latent = kFactors;
  job.model.likelihood = Likelihood::gaussian;
  job.model.variance = Variance::shared;
  job.train.batch = 100;
  job.train.epochs = 1000;  // 20,000 steps
  job.train.learning_rate = 0.01;
  job.train.schedule.kind = LearningRateSchedule::Kind::cosine;
  return job;
}

// Without a draw: the expectation over z is known where the decoder is linear.
double exact_elbo(const ModelConfig& config, const Tensors& tensors, const std::vector<float>& rows) {
  const ReferenceModel model(config, tensors);
  const std::vector<double>& weight = tensors.at("decoder.output.weight");
  const double log_var = tensors.at("decoder.log_var").at(0);
  double sum = 0;
  for (std::size_t begin = 0; begin < rows.size(); begin += kWidth) {
    const std::vector<double> x(rows.begin() + static_cast<std::ptrdiff_t>(begin),
                                rows.begin() + static_cast<std::ptrdiff_t>(begin + kWidth));
    const Code code = model.encode(x);
    const std::vector<double> mean = model.decode(code.mean);
    double square = 0, kl = 0;
    for (std::size_t col = 0; col < kWidth; ++col) square += (x[col] - mean[col]) * (x[col] - mean[col]);
    for (std::size_t j = 0; j < kFactors; ++j) {
      const double variance = std::exp(code.log_var[j]);
      for (std::size_t col = 0; col < kWidth; ++col)
        square += variance * std::pow(weight[col * kFactors + j], 2);
      kl += 0.5 * (code.mean[j] * code.mean[j] + variance - 1 - code.log_var[j]);
    }
    sum -= 0.5 * (static_cast<double>(kWidth) * (std::log(2 * std::numbers::pi) + log_var) +
                  square * std::exp(-log_var)) +
           kl;
  }
  return sum / static_cast<double>(kRows);
}

double sampled_elbo(Vae& vae, const Dataset& data, int draws) {
  double sum = 0;
  for (int seed = 0; seed < draws; ++seed) {
    EvaluateOptions options;
    options.seed = static_cast<std::uint64_t>(seed);
    options.batch = 1000;
    sum += vae.evaluate(data, options).mean.elbo;
  }
  return sum / draws;
}

TEST(PrincipalComponents, EigenvaluesOfAKnownMatrix) {
  const std::vector<double> values = eigenvalues({2, 1, 0, 1, 2, 1, 0, 1, 2}, 3);
  EXPECT_NEAR(values[0], 2 + std::sqrt(2), 1e-12);
  EXPECT_NEAR(values[1], 2, 1e-12);
  EXPECT_NEAR(values[2], 2 - std::sqrt(2), 1e-12);
}

TEST(LinearGaussian, ReachesTheClosedFormOptimum) {
  const std::vector<float> rows = rows_of_a_factor_model();
  const Job job = linear_job(rows);
  Trainer trainer = trainer_of(job);
  const FitResult result = fit(trainer, job);
  ASSERT_GE(result.steps, 20'000);
  Vae vae = trainer.model();

  const double optimum = best_log_likelihood(rows, kWidth, kFactors);
  const double elbo = exact_elbo(vae.config(), as_doubles(vae.parameters()), rows);
  EXPECT_LE(elbo, optimum + 1e-6) << "no ELBO exceeds the log-likelihood";
  EXPECT_GE(elbo, optimum - 0.005);
  // One draw has a standard deviation of some 0.03 nats over these rows, 256 of some 0.002.
  EXPECT_NEAR(sampled_elbo(vae, job.data, 256), elbo, 0.008);
  EXPECT_EQ(result.history.back().active_units, 2);
}

}  // namespace
}  // namespace cuvae::test
