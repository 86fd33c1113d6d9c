// The losses are minus the logarithm of densities: they sum and integrate to 1, and the KL is the integral it
// stands for.
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "kernels/ops/bernoulli_nll.hpp"
#include "kernels/ops/categorical_nll.hpp"
#include "kernels/ops/continuous_bernoulli_nll.hpp"
#include "kernels/ops/discretized_logistic_nll.hpp"
#include "kernels/ops/gaussian_latent.hpp"
#include "kernels/ops/gaussian_nll.hpp"
#include "kernels/ops/laplace_nll.hpp"
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

// Of a smooth function, by Simpson's rule.
template <class Function>
double simpson(double low, double high, const Function& f) {
  constexpr int kSteps = 4000;
  const double step = (high - low) / kSteps;
  double sum = f(low) + f(high);
  for (int i = 1; i < kSteps; ++i) sum += (i % 2 == 1 ? 4 : 2) * f(low + i * step);
  return sum * step / 3;
}

constexpr double kLogits[] = {-100, -30,  -3,   -1.0001, -1,     -0.9999, -0.01,  -1e-4, -1e-9, 0,
                              1e-9, 1e-4, 0.01, 0.3,     0.9999, 1,       1.0001, 3,     30,    100};

TEST(ContinuousBernoulliNll, IsMinusTheLogarithmOfADensityThatIntegratesToOne) {
  for (const double logit : kLogits) {
    const auto density = [logit](double x) {
      return std::exp(-apply<double>(ops::ContinuousBernoulliNll{}, {logit, x}, 0).loss);
    };
    EXPECT_NEAR(simpson(0, 1, density), 1, 1e-7) << logit;
    const double mean = simpson(0, 1, [&](double x) { return x * density(x); });
    EXPECT_NEAR(apply<double>(ops::ContinuousBernoulliMean{}, {logit}, 0).out[0], mean, 1e-7) << logit;
  }
}

// Both forms in float, densest where they meet, against the formula as it is written in 64 bits of mantissa.
TEST(ContinuousBernoulliNll, InFloatErrsByAFewRoundings) {
  double of_loss = 0, of_mean = 0;
  for (int i = -40'000; i <= 40'000; ++i) {
    const float l = static_cast<float>(i) * 5e-5f;
    if (std::abs(l) < 1e-3f) continue;  // where the formula itself cancels
    const long double wide = l;
    for (const float x : {0.0f, 0.25f, 0.5f, 1.0f}) {
      const long double loss = std::log1p(std::exp(wide)) - static_cast<long double>(x) * wide -
                               std::log(wide / std::tanh(wide / 2));
      const float actual = apply<float>(ops::ContinuousBernoulliNll{}, {l, x}, 0).loss;
      of_loss = std::max(of_loss, static_cast<double>(std::abs(static_cast<long double>(actual) - loss)));
    }
    const long double mean = 1 / (1 - std::exp(-wide)) - 1 / wide;
    const float actual = apply<float>(ops::ContinuousBernoulliMean{}, {l}, 0).out[0];
    of_mean = std::max(of_mean, static_cast<double>(std::abs(static_cast<long double>(actual) - mean)));
  }
  EXPECT_LT(of_loss, 4 * 0x1p-23);
  EXPECT_LT(of_mean, 3 * 0x1p-24);
}

TEST(LaplaceNll, IsMinusTheLogarithmOfADensityOfThisVariance) {
  for (const double raw : {-12.0, -6.0, -1.0, 0.0, 2.5, 9.0, 14.0}) {
    const double log_var = ops::soft_bound(raw).value, sigma = std::exp(log_var / 2), location = 0.75;
    const auto moment = [&](int power) {  // each half by itself: they meet in a kink
      const auto f = [&](double x) {
        return std::pow(x - location, power) *
               std::exp(-apply<double>(ops::LaplaceNll{}, {location, x, raw}, 0).loss);
      };
      return simpson(location - 25 * sigma, location, f) + simpson(location, location + 25 * sigma, f);
    };
    EXPECT_NEAR(moment(0), 1, 1e-7) << raw;
    EXPECT_NEAR(moment(1), 0, 1e-7 * sigma) << raw;
    EXPECT_NEAR(moment(2) / (sigma * sigma), 1, 1e-6) << raw;
  }
}

double mass_of_all_levels(double location, double raw) {
  double sum = 0;
  for (int level = 0; level < 256; ++level) {
    const double x = static_cast<double>(static_cast<float>(level) * (1.0f / 255));  // as pixels are read
    sum += std::exp(-apply<double>(ops::DiscretizedLogisticNll{}, {location, x, raw}, 0).loss);
  }
  return sum;
}

TEST(DiscretizedLogisticNll, IsMinusTheLogarithmOfMassesThatSumToOne) {
  for (const double raw : {-1e4, -12.0, -8.0, -4.0, 0.0, 4.0, 14.0, 1e4}) {
    for (const double location : {-3.0, -0.001, 0.0, 0.3, 0.5, 100.0 / 255, 1.0, 1.002, 7.0})
      EXPECT_NEAR(mass_of_all_levels(location, raw), 1, 2e-4) << location << " " << raw;
  }
}

// Where a level is small beside the scale: its density times its width.
TEST(DiscretizedLogisticNll, HasTheVarianceThatIsGiven) {
  for (const double log_var : {-5.0, -4.0}) {
    double mean = 0, square = 0;
    for (int level = 0; level < 256; ++level) {
      const double x = level / 255.0;
      const double mass = std::exp(-apply<double>(ops::DiscretizedLogisticNll{}, {0.5, x, log_var}, 0).loss);
      mean += mass * x;
      square += mass * (x - 0.5) * (x - 0.5);
    }
    EXPECT_NEAR(mean, 0.5, 1e-6);
    EXPECT_NEAR(square / std::exp(log_var), 1, 2e-2) << log_var;
  }
}

TEST(DiscretizedLogisticNll, InFloatIsThatOfDoubleForTinyAndHugeScales) {
  for (const float raw : {-15.0f, -9.0f, 0.0f, 9.0f, 15.0f}) {
    for (const float location : {-0.5f, 0.0f, 0.2f, 0.999f, 1.5f}) {
      for (const int level : {0, 1, 51, 128, 254, 255}) {
        const float x = static_cast<float>(level) * (1.0f / 255);
        const double narrow = apply<float>(ops::DiscretizedLogisticNll{}, {location, x, raw}, 0).loss;
        const double wide =
            apply<double>(ops::DiscretizedLogisticNll{},
                          {static_cast<double>(location), static_cast<double>(x), static_cast<double>(raw)},
                          0)
                .loss;
        EXPECT_NEAR(narrow, wide, 1e-6 * (2 + std::abs(wide))) << location << " " << level << " " << raw;
      }
    }
  }
}

TEST(CategoricalNll, IsMinusTheLogarithmOfProbabilitiesThatSumToOne) {
  for (const std::vector<double>& logits :
       {std::vector<double>{0, 0}, {1e4, -1e4, 0}, {-3, 2, 0.5, 2, -40}}) {
    const double largest = *std::max_element(logits.begin(), logits.end());
    double sum = 0, total = 0;
    for (const double logit : logits) sum += ops::exp_below(logit, largest);
    const auto group = ops::CategoryGroup<double>::of(largest, sum, 1);
    for (const double logit : logits) {
      const double p = ops::Softmax{}({logit}, group).out[0];
      const auto chosen = ops::CategoricalNll{}({logit, 1.0}, group),
                 other = ops::CategoricalNll{}({logit, 0.0}, group);
      EXPECT_NEAR(std::exp(-chosen.loss), p, 1e-14);
      EXPECT_NEAR(chosen.out[0], p - 1, 1e-14);
      EXPECT_EQ(other.loss, 0);
      EXPECT_NEAR(other.out[0], p, 1e-14);
      total += p;
    }
    EXPECT_NEAR(total, 1, 1e-14);
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
