// The mutual information gap of posteriors made by hand.
#include "src/train/information.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <numeric>
#include <random>

#include "data/sample_files.hpp"
#include "train/jobs.hpp"

namespace cuvae::test {
namespace {

using train::chosen_rows;
using train::ChosenDraws;
using train::information_gap;

constexpr std::size_t kRows = 1024;

// Rows of two factors, one after the other: four levels and three, each pair as often as the others.
Factors two_factors() {
  Factors factors{{"four", "three"}, {}};
  for (std::int32_t row = 0; row < 1020; ++row) {
    factors.levels.push_back(7 * (row % 4));
    factors.levels.push_back(-(row / 4 % 3));
  }
  return factors;
}

// One draw of each row's N(mean, exp(log_var)), whose dimensions `mean` gives.
template <class Mean>
ChosenDraws draws_of(const Factors& factors, std::int32_t latent, double log_var, const Mean& mean) {
  const std::size_t count = factors.names.size(), rows = factors.levels.size() / count;
  ChosenDraws draws(latent, chosen_rows(static_cast<std::int64_t>(rows), 0));
  std::mt19937 random(1);
  std::normal_distribution<double> normal;
  for (std::size_t row = 0; row < rows; ++row) {
    const std::vector<double> means = mean(std::span(factors.levels).subspan(row * count, count));
    const std::vector<double> log_vars(means.size(), log_var);
    std::vector<float> z;
    for (const double at : means)
      z.push_back(static_cast<float>(at + std::exp(log_var / 2) * normal(random)));
    draws.add(static_cast<std::int64_t>(row), {means, log_vars}, z);
  }
  return draws;
}

using Levels = std::span<const std::int32_t>;

TEST(InformationGap, IsOneWhereEachFactorHasADimensionOfItsOwn) {
  const Factors factors = two_factors();
  const auto gap = information_gap(draws_of(factors, 3, -6,
                                            [](Levels v) {
                                              return std::vector<double>{10.0 * v[1], 0.0, 3.0 * v[0]};
                                            }),
                                   factors);
  ASSERT_TRUE(gap);
  EXPECT_EQ(gap->rows, 1020);
  EXPECT_NEAR(gap->mean, 1, 1e-9);
  ASSERT_EQ(gap->factors.size(), 2u);
  EXPECT_EQ(gap->factors[0].name, "four");
  EXPECT_EQ(gap->factors[0].unit, 2);
  EXPECT_NEAR(gap->factors[0].entropy, std::log(4), 1e-12);
  EXPECT_NEAR(gap->factors[0].information, std::log(4), 1e-9);
  EXPECT_NEAR(gap->factors[0].next_information, 0, 1e-9);
  EXPECT_EQ(gap->factors[1].name, "three");
  EXPECT_EQ(gap->factors[1].unit, 0);
  EXPECT_NEAR(gap->factors[1].information, std::log(3), 1e-9);
}

TEST(InformationGap, IsZeroWhereTwoDimensionsKnowTheSame) {
  const Factors factors = two_factors();
  const auto gap = information_gap(draws_of(factors, 3, -6,
                                            [](Levels v) {
                                              const double code = 4.0 * v[0] + v[1] * 300.0;
                                              return std::vector<double>{code, 0.0, -code};
                                            }),
                                   factors);
  ASSERT_TRUE(gap);
  EXPECT_NEAR(gap->mean, 0, 1e-9);
  EXPECT_NEAR(gap->factors[0].information, std::log(4), 1e-9);
  EXPECT_NEAR(gap->factors[0].next_information, std::log(4), 1e-9);
}

TEST(InformationGap, IsZeroWhereNothingIsKnown) {
  const Factors factors = two_factors();
  const auto gap = information_gap(draws_of(factors, 2, 0,
                                            [](Levels) {
                                              return std::vector<double>{0.5, -1.0};
                                            }),
                                   factors);
  ASSERT_TRUE(gap);
  EXPECT_NEAR(gap->mean, 0, 1e-12);
  EXPECT_NEAR(gap->factors[1].information, 0, 1e-12);
}

struct Normal {
  double mean = 0, deviation = 1;
  [[nodiscard]] double density(double z) const {
    const double unit = (z - mean) / deviation;
    return std::exp(-0.5 * unit * unit) / (deviation * std::sqrt(2 * std::numbers::pi));
  }
};

// I(z; v) of z ~ `plus` or `minus`, by the sign v: an integral over z of p(z, v) log(p(z|v) / p(z)).
double information_of_sign(Normal plus, Normal minus) {
  constexpr double kStep = 1e-3;
  double sum = 0;
  for (double z = -30; z < 30; z += kStep) {
    const double p = plus.density(z), m = minus.density(z), both = (p + m) / 2;
    if (p > 0) sum += kStep / 2 * p * std::log(p / both);
    if (m > 0) sum += kStep / 2 * m * std::log(m / both);
  }
  return sum;
}

// Rows of one sign share their posterior, so the mixtures of rows are exact, and only the draws are by
// chance: 1024 of them, whose log-ratios have a standard deviation below 1/2.
TEST(InformationGap, IsTheIntegralWhereItIsKnown) {
  const std::vector<std::array<Normal, 2>> dimensions{{{{0.5, 1}, {-0.5, 1}}},
                                                      {{{1.5, 1}, {-1.5, 1}}},
                                                      {{{0, 1}, {0, 4}}},  // told by the spread alone
                                                      {{{0, 1}, {0, 1}}}};
  Factors factors{{"sign"}, {}};
  ChosenDraws draws(4, chosen_rows(kRows, 0));
  std::mt19937 random(1);
  std::normal_distribution<double> normal;
  for (std::size_t row = 0; row < kRows; ++row) {
    factors.levels.push_back(row % 2 == 0 ? 1 : -1);
    std::vector<double> means, log_vars;
    std::vector<float> z;
    for (const auto& signs : dimensions) {
      const Normal& q = signs[row % 2];
      means.push_back(q.mean), log_vars.push_back(2 * std::log(q.deviation));
      z.push_back(static_cast<float>(q.mean + q.deviation * normal(random)));
    }
    draws.add(static_cast<std::int64_t>(row), {means, log_vars}, z);
  }
  std::vector<double> wanted;
  for (const auto& [plus, minus] : dimensions) wanted.push_back(information_of_sign(plus, minus));
  ASSERT_TRUE(wanted[1] > 0.4 && wanted[2] > 0.2 && wanted[2] < 0.35 && wanted[0] < 0.15);
  constexpr double kThreeErrors = 3 * 0.5 / 32;
  const InformationGap gap = information_gap(draws, factors).value();
  EXPECT_EQ(gap.factors[0].unit, 1);
  EXPECT_EQ(gap.factors[0].next_unit, 2);
  EXPECT_NEAR(gap.factors[0].information, wanted[1], kThreeErrors);
  EXPECT_NEAR(gap.factors[0].next_information, wanted[2], kThreeErrors);
  EXPECT_NEAR(gap.mean, (wanted[1] - wanted[2]) / std::log(2), 2 * kThreeErrors / std::log(2));
}

TEST(InformationGap, OfOneDimensionIsAllThatItKnows) {
  const Factors factors = two_factors();
  const auto gap = information_gap(
      draws_of(factors, 1, -6, [](Levels v) { return std::vector<double>{3.0 * v[0]}; }), factors);
  EXPECT_EQ(gap->factors[0].next_unit, -1);
  EXPECT_NEAR(gap->factors[0].gap, 1, 1e-9);
  EXPECT_NEAR(gap->mean, 0.5, 1e-9);
}

TEST(InformationGap, LeavesOutFactorsThatDoNotVary) {
  Factors factors{{"constant", "sign"}, {}};
  for (std::int32_t row = 0; row < 10; ++row) factors.levels.insert(factors.levels.end(), {5, row % 2});
  const auto draws = draws_of(factors, 2, -6, [](Levels v) { return std::vector<double>{3.0 * v[1], 0}; });
  const auto gap = information_gap(draws, factors);
  ASSERT_EQ(gap->factors.size(), 1u);
  EXPECT_EQ(gap->factors[0].name, "sign");
  EXPECT_EQ(gap->left_out, std::vector<std::string>{"constant"});
  EXPECT_NEAR(gap->mean, 1, 1e-9);
  std::ranges::fill(factors.levels, 1);
  EXPECT_FALSE(information_gap(draws, factors));
}

TEST(ChosenRows, AreAllOfFewAndSomeOfManyFromEverywhere) {
  std::vector<std::int64_t> all(1000);
  std::iota(all.begin(), all.end(), 0);
  EXPECT_EQ(chosen_rows(1000, 5), all);
  const std::vector<std::int64_t> some = chosen_rows(100'000, 5);
  ASSERT_EQ(some.size(), 1024u);
  EXPECT_TRUE(std::ranges::is_sorted(some));
  EXPECT_EQ(std::ranges::adjacent_find(some), some.end());
  EXPECT_NE(chosen_rows(100'000, 6), some);
  // Each tenth has 102 of them, with a standard deviation below 10.
  for (std::int64_t tenth = 0; tenth < 10; ++tenth) {
    const auto there = std::ranges::count_if(some, [&](std::int64_t row) { return row / 10'000 == tenth; });
    EXPECT_TRUE(there > 50 && there < 150) << there;
  }
}

// Data in the order of its factors: one of them changes late.
TEST(InformationGap, LooksAtRowsFromEverywhere) {
  Factors factors{{"late"}, std::vector<std::int32_t>(8 * kRows, 0)};
  factors.levels.resize(10 * kRows, 1);
  const auto draws = draws_of(factors, 1, -6, [](Levels v) { return std::vector<double>{3.0 * v[0]}; });
  EXPECT_EQ(draws.rows(), kRows);
  const auto gap = information_gap(draws, factors);
  ASSERT_TRUE(gap);
  EXPECT_NEAR(gap->mean, 1, 1e-9);
}

// Of a linear encoder whose one unit is a column, which is the factor.
TEST(Evaluate, GivesTheInformationGapOfItsFactors) {
  ModelConfig config = small_job().model;
  config.encoder_hidden = {};
  config.latent = 2;
  Vae vae(config, 3, Device::cpu(1));
  std::vector<Parameter> parameters = vae.parameters();
  for (Parameter& p : parameters) {
    if (p.name.starts_with("encoder")) std::ranges::fill(p.values, 0.0f);
    if (p.name == "encoder.mean.weight") p.values[kColumns + 4] = 100;  // unit 1
  }
  vae.set_parameters(parameters);
  Factors factors{{"column 4", "row"}, {}};
  std::vector<float> values = random_values(90 * kColumns, 6);
  for (std::int32_t row = 0; row < 90; ++row) {
    values[static_cast<std::size_t>(row) * kColumns + 4] = static_cast<float>(row % 3) / 2;
    factors.levels.insert(factors.levels.end(), {row % 3, row / 3});
  }
  const Dataset data = Dataset::from_values(values, kColumns);
  EXPECT_FALSE(vae.evaluate(data).information_gap);
  const auto gap = vae.evaluate(data, {.batch = 32, .factors = factors}).information_gap;
  ASSERT_TRUE(gap);
  EXPECT_EQ(gap->rows, 90);
  EXPECT_EQ(gap->factors[0].unit, 1);
  EXPECT_NEAR(gap->factors[0].gap, 1, 1e-9);
  EXPECT_NEAR(gap->factors[1].information, 0, 1e-9);

  factors.levels.pop_back();
  expect_error(Errc::invalid_argument, {"factors", "179", "90", "2"},
               [&] { static_cast<void>(vae.evaluate(data, {.factors = factors})); });
}

}  // namespace
}  // namespace cuvae::test
