// A linear VAE with one learned variance is probabilistic PCA (Lucas et al., 2019): trained to its optimum,
// its ELBO is the largest log-likelihood, which is known in closed form, and the inference gap is gone.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <random>

#include "model/reference_model.hpp"
#include "support/test_data.hpp"
#include "train/jobs.hpp"
#include "train/principal_components.hpp"

namespace cuvae::test {
namespace {

constexpr std::int64_t kRows = 5000;
constexpr std::size_t kWidth = 32, kFactors = 8;
constexpr double kNoise = 0.25;  // the variance in every other direction

// Orthonormal columns, by the seed alone.
std::vector<double> directions(std::mt19937& random) {
  std::normal_distribution<double> normal;
  std::vector<double> matrix(kWidth * kWidth);
  for (double& value : matrix) value = normal(random);
  return orthonormal(matrix, kWidth, kWidth);
}

// Of variance 9, 8, ..., 2 in eight orthogonal directions, and of little in the others.
std::vector<float> rows_of_known_spectrum() {
  std::mt19937 random(3);
  std::normal_distribution<double> normal;
  const std::vector<double> basis = directions(random);
  std::vector<float> rows;
  for (std::int64_t row = 0; row < kRows; ++row) {
    double along[kWidth];
    for (std::size_t i = 0; i < kWidth; ++i)
      along[i] = std::sqrt(i < kFactors ? 9.0 - static_cast<double>(i) : kNoise) * normal(random);
    for (std::size_t col = 0; col < kWidth; ++col) {
      double value = 0.1 * static_cast<double>(col);
      for (std::size_t i = 0; i < kWidth; ++i) value += basis[col * kWidth + i] * along[i];
      rows.push_back(static_cast<float>(value));
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
  job.train.epochs = 400;  // 20,000 steps
  job.train.learning_rate = 0.03;
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

TEST(PrincipalComponents, EigenvaluesAndVectorsOfAKnownMatrix) {
  const Eigen found = eigen({2, 1, 0, 1, 2, 1, 0, 1, 2}, 3);
  const double root = std::sqrt(2);
  EXPECT_NEAR(found.values[0], 2 + root, 1e-12);
  EXPECT_NEAR(found.values[1], 2, 1e-12);
  EXPECT_NEAR(found.values[2], 2 - root, 1e-12);
  EXPECT_NEAR(std::abs(found.vectors[0]), 0.5, 1e-12);
  EXPECT_NEAR(std::abs(found.vectors[3]), root / 2, 1e-12);
  EXPECT_NEAR(found.vectors[1] + found.vectors[7], 0, 1e-12);
}

TEST(PrincipalComponents, AngleOfPlanesThatMeetInALine) {
  const double turn = 3 * std::numbers::pi / 180;
  const std::vector<double> floor{1, 0, 0, 1, 0, 0}, tilted{1, 0, 0, std::cos(turn), 0, std::sin(turn)};
  EXPECT_NEAR(largest_angle(floor, tilted, 3, 2), 3, 1e-9);
  EXPECT_NEAR(largest_angle(floor, floor, 3, 2), 0, 1e-6);
}

TEST(LinearGaussian, ReachesTheClosedFormOptimum) {
  if (kQuickTests) GTEST_SKIP() << "20,000 steps are left to builds without sanitizers";
  const std::vector<float> rows = rows_of_known_spectrum();
  const Job job = linear_job(rows);
  Trainer trainer = trainer_of(job);
  const FitResult result = fit(trainer, job);
  ASSERT_GE(result.steps, 20'000);
  Vae vae = trainer.model();
  const Tensors tensors = as_doubles(vae.parameters());

  const std::vector<double> spread = covariance(rows, kWidth);
  const double optimum = best_log_likelihood(spread, kWidth, kFactors);
  const double elbo = exact_elbo(vae.config(), tensors, rows);
  EXPECT_LE(elbo, optimum + 1e-6) << "no ELBO exceeds the log-likelihood";
  EXPECT_GE(elbo, optimum - 0.01);
  EvaluateOptions options;
  options.samples = 256;
  const Evaluation evaluation = vae.evaluate(job.data, options);
  EXPECT_NEAR(evaluation.mean.elbo, optimum, 0.01);
  EXPECT_NEAR(evaluation.iwae.value, optimum, 0.01);
  EXPECT_LT(evaluation.inference_gap, 0.02);
  EXPECT_EQ(evaluation.active_units, 8);

  std::vector<double> principal;
  const std::vector<double> vectors = eigen(spread, kWidth).vectors;
  for (std::size_t row = 0; row < kWidth; ++row) {
    for (std::size_t i = 0; i < kFactors; ++i) principal.push_back(vectors[row * kWidth + i]);
  }
  const std::vector<double> loadings = orthonormal(tensors.at("decoder.output.weight"), kWidth, kFactors);
  EXPECT_LT(largest_angle(principal, loadings, kWidth, kFactors), 1.0);
}

}  // namespace
}  // namespace cuvae::test
