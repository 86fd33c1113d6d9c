// The losses are minus the logarithm of densities: they sum and integrate to 1, and the KL is the integral it
// stands for.
#include <gtest/gtest.h>

#include "kernels/ops/bernoulli_nll.hpp"
#include "kernels/ops/gaussian_latent.hpp"
#include "kernels/ops/gaussian_nll.hpp"
#include "support/compare.hpp"
#include "support/draws.hpp"

namespace cuvae::test {
namespace {

double bernoulli_nll(double logit, double x) {
  return apply<double>(ops::BernoulliNll{}, {logit, x}, 0).loss;
}
double gaussian_nll(double mean, double x, double raw) {
  return apply<double>(ops::GaussianNll{}, {mean, x, raw}, 0).loss;
}

// Of a function that vanishes at both ends, where the trapezoid rule converges exponentially.
template <class Function>
double integral(double low, double high, const Function& f) {
  constexpr int kSteps = 4000;
  const double step = (high - low) / kSteps;
  double sum = 0;
  for (int i = 0; i <= kSteps; ++i) sum += f(low + i * step);
  return sum * step;
}

TEST(BernoulliNll, IsMinusTheLogarithmOfProbabilitiesThatSumToOne) {
  for (double logit = -30; logit <= 30; logit += 0.25) {
    const double p = apply<double>(ops::Sigmoid{}, {logit}, 0).out[0];
    EXPECT_NEAR(bernoulli_nll(logit, 1), -std::log(p), 1e-12 * std::abs(logit));
    EXPECT_NEAR(std::exp(-bernoulli_nll(logit, 0)) + p, 1, 1e-14);
    EXPECT_NEAR(std::exp(-bernoulli_nll(logit, 1)), p, 1e-14);
    const double grey = 0.3;  // of the cross-entropy
    EXPECT_NEAR(bernoulli_nll(logit, grey), 0.3 * bernoulli_nll(logit, 1) + 0.7 * bernoulli_nll(logit, 0),
                1e-13);
  }
}

TEST(GaussianNll, IsMinusTheLogarithmOfADensityThatIntegratesToOne) {
  for (const double raw : {-12.0, -6.0, -1.0, 0.0, 2.5, 9.0, 14.0}) {
    const double log_var = ops::soft_bound(raw).value, reach = 14 * std::exp(log_var / 2), mean = 0.75;
    const double total =
        integral(mean - reach, mean + reach, [&](double x) { return std::exp(-gaussian_nll(mean, x, raw)); });
    EXPECT_NEAR(total, 1, 1e-7) << raw;
    EXPECT_NEAR(gaussian_nll(mean, 2.0, raw),
                0.5 * (1.5625 / std::exp(log_var) + log_var + std::log(2 * M_PI)), 1e-6 * std::exp(12))
        << raw;
  }
}

TEST(GaussianNll, WithLearnedVarianceIsTheSameLossAndGradient) {
  Draws draws(5);
  for (int i = 0; i < 1000; ++i) {
    const double in[] = {draws.of(kValue), draws.of(kValue), draws.of(kLogVar)};
    const auto fixed = ops::GaussianNll{0.5f}(in);
    const auto learned = ops::GaussianNllLearned{0.5f}(in);
    EXPECT_DOUBLE_EQ(fixed.loss, learned.loss);
    EXPECT_DOUBLE_EQ(fixed.out[0], learned.out[0]);
  }
}

TEST(GaussianKl, IsTheIntegralItStandsFor) {
  for (const double mean : {-2.0, 0.0, 0.5, 3.0}) {
    for (const double log_var : {-5.0, -0.5, 0.0, 1.0, 3.0}) {
      const double sigma = std::exp(log_var / 2);
      const double by_quadrature = integral(mean - 12 * sigma, mean + 12 * sigma, [&](double z) {
        const double eps = (z - mean) / sigma;
        const double log_q = -0.5 * (eps * eps + log_var + std::log(2 * M_PI));
        const double log_p = -0.5 * (z * z + std::log(2 * M_PI));
        return std::exp(log_q) * (log_q - log_p);
      });
      EXPECT_NEAR(ops::gaussian_kl(mean, log_var), by_quadrature, 1e-9) << mean << " " << log_var;
    }
  }
}

TEST(GaussianKl, IsPositiveAndZeroAtThePrior) {
  EXPECT_EQ(ops::gaussian_kl(0.0, 0.0), 0.0);
  EXPECT_EQ(ops::gaussian_kl(0.0f, 0.0f), 0.0f);
  Draws draws(6);
  for (int i = 0; i < 100'000; ++i) {
    const double mean = draws.uniform(-4, 4), log_var = draws.uniform(-15, 15);
    EXPECT_GT(ops::gaussian_kl(mean, log_var), 0) << mean << " " << log_var;
  }
}

// Near the prior expm1 keeps what exp(log_var) - 1 would lose.
TEST(GaussianKl, IsAccurateNearThePrior) {
  for (const double log_var : {1e-3, 1e-4, -1e-4, -1e-3}) {
    const double series = 0.25 * log_var * log_var * (1 + log_var / 3);
    EXPECT_NEAR(ops::gaussian_kl(0.0, log_var) / series, 1, 1e-6);
  }
}

}  // namespace
}  // namespace cuvae::test
