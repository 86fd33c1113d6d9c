// The noise contract, number for number, and the statistics it must have.
#include "kernels/ops/noise.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <functional>
#include <vector>

namespace cuvae::test {
namespace {

using namespace cuvae::ops;

void expect_words(const PhiloxBlock& block, const std::array<std::uint32_t, 4>& words) {
  EXPECT_EQ(std::to_array(block.x), words);
}

// kat_vectors of Random123 (Salmon et al., 2011).
TEST(Philox, GivesThePublishedKnownAnswers) {
  expect_words(philox4x32_10({}, {}), {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  expect_words(philox4x32_10({{~0u, ~0u, ~0u, ~0u}}, {{~0u, ~0u}}),
               {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  expect_words(philox4x32_10({{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}}, {{0xa4093822, 0x299f31d0}}),
               {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

// counter = { column / 4, row low 32 bits, step, purpose (8) | sample (16) | row high (8) }, key = seed
TEST(Noise, CounterIsLaidOutAsAgreed) {
  const std::int64_t row = 0xAB'1234'5678;
  expect_words(noise_counter(Purpose::binarize, 0xCAFE, row, 0x9876, 33),
               {33, 0x12345678, 0xCAFE, 0x019876AB});
  expect_words(noise_counter(Purpose::latent, 0, 0, 0, 0), {0, 0, 0, 0});
  expect_words(noise_counter(Purpose::evaluate_binarize, 7, 5, 1, 2), {2, 5, 7, 0x08000100});
  const PhiloxKey key = noise_key(0x0123456789abcdef);
  EXPECT_EQ(key.x[0], 0x89abcdefu);
  EXPECT_EQ(key.x[1], 0x01234567u);
  expect_words(noise_block(0x0123456789abcdef, Purpose::prior, 3, row, 2, 1),
               std::to_array(philox4x32_10({{1, 0x12345678, 3, 0x050002AB}}, {{0x89abcdef, 0x01234567}}).x));
}

TEST(Noise, PurposesKeepTheirNumbers) {
  EXPECT_EQ(static_cast<int>(Purpose::latent), 0);
  EXPECT_EQ(static_cast<int>(Purpose::binarize), 1);
  EXPECT_EQ(static_cast<int>(Purpose::initialize), 2);
  EXPECT_EQ(static_cast<int>(Purpose::shuffle), 3);
  EXPECT_EQ(static_cast<int>(Purpose::split), 4);
  EXPECT_EQ(static_cast<int>(Purpose::prior), 5);
  EXPECT_EQ(static_cast<int>(Purpose::shapes), 6);
  EXPECT_EQ(static_cast<int>(Purpose::evaluate_latent), 7);
  EXPECT_EQ(static_cast<int>(Purpose::evaluate_binarize), 8);
}

TEST(Noise, UniformsAreExactAndTheRadiusIsNeverZero) {
  EXPECT_EQ(uniform(0), 0.0f);
  EXPECT_EQ(uniform(0xFFFFFFFF), 1.0f - 0x1p-24f);
  EXPECT_EQ(uniform(0x80000000), 0.5f);
  EXPECT_EQ(uniform(0x000000FF), 0.0f);  // the low 8 bits are dropped
  EXPECT_EQ(uniform_above_zero(0), 0x1p-24f);
  EXPECT_EQ(uniform_above_zero(0xFFFFFFFF), 1.0f);
  const auto farthest = box_muller(uniform_above_zero(0), 0.0f);
  EXPECT_NEAR(farthest.first, std::sqrt(48 * std::log(2)), 1e-5);
  EXPECT_EQ(box_muller(1.0f, 0.3f).first, 0.0f);
}

TEST(Noise, BoxMullerGivesCosineThenSine) {
  const auto pair = box_muller(0.25, 1.0 / 12);
  const double radius = std::sqrt(-2 * std::log(0.25));
  EXPECT_NEAR(pair.first, radius * std::cos(M_PI / 6), 1e-7);
  EXPECT_NEAR(pair.second, radius * std::sin(M_PI / 6), 1e-7);
}

// Where a number stands in a run.
struct Place {
  std::int64_t row = 0;
  std::int32_t col = 0;
  std::uint32_t step = 0, sample = 0;
  Purpose purpose = Purpose::latent;
};

double uniform_at(const Place& at) {
  const auto block = noise_block(42, at.purpose, at.step, at.row, at.sample, at.col / 4);
  return static_cast<double>(uniform(block.x[at.col % 4]));
}

double normal_at(const Place& at) {
  const auto block = noise_block(42, at.purpose, at.step, at.row, at.sample, at.col / 4);
  const std::uint32_t* words = block.x + (at.col % 4 < 2 ? 0 : 2);
  const auto pair = box_muller(uniform_above_zero(words[0]), uniform(words[1]));
  return static_cast<double>(at.col % 2 == 0 ? pair.first : pair.second);
}

constexpr std::int64_t kRows = 4000;
constexpr std::int32_t kCols = 50;
constexpr double kCount = static_cast<double>(kRows * kCols);
constexpr double kSigmas = 4.5;  // the seeds are fixed: this fails once in 150,000 kinds of noise

template <class Draw>
std::vector<double> draw_all(const Draw& draw) {
  std::vector<double> values;
  for (std::int64_t row = 0; row < kRows; ++row) {
    for (std::int32_t col = 0; col < kCols; ++col) values.push_back(draw(Place{.row = row, .col = col}));
  }
  return values;
}

double mean_power(const std::vector<double>& values, int power) {
  double sum = 0;
  for (const double value : values) sum += std::pow(value, power);
  return sum / static_cast<double>(values.size());
}

// The largest distance between the distribution of the values and `cdf`, times sqrt(n).
double kolmogorov_smirnov(std::vector<double> values, const std::function<double(double)>& cdf) {
  std::sort(values.begin(), values.end());
  const double n = static_cast<double>(values.size());
  double distance = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double p = cdf(values[i]), rank = static_cast<double>(i);
    distance = std::max({distance, p - rank / n, (rank + 1) / n - p});
  }
  return distance * std::sqrt(n);
}

constexpr double kSmirnovBound = 2.23;  // exceeded once in 10,000

TEST(NoiseStatistics, UniformsAreUniform) {
  const std::vector<double> values = draw_all(uniform_at);
  EXPECT_NEAR(mean_power(values, 1), 1.0 / 2, kSigmas * std::sqrt(1 / 12.0 / kCount));
  EXPECT_NEAR(mean_power(values, 2), 1.0 / 3, kSigmas * std::sqrt(4 / 45.0 / kCount));
  EXPECT_LT(kolmogorov_smirnov(values, [](double x) { return x; }), kSmirnovBound);
}

TEST(NoiseStatistics, NormalsAreNormal) {
  const std::vector<double> values = draw_all(normal_at);
  EXPECT_NEAR(mean_power(values, 1), 0, kSigmas * std::sqrt(1 / kCount));
  EXPECT_NEAR(mean_power(values, 2), 1, kSigmas * std::sqrt(2 / kCount));
  EXPECT_NEAR(mean_power(values, 3), 0, kSigmas * std::sqrt(15 / kCount));
  EXPECT_NEAR(mean_power(values, 4), 3, kSigmas * std::sqrt(96 / kCount));
  EXPECT_LT(kolmogorov_smirnov(values, [](double x) { return 0.5 * std::erfc(-x / std::sqrt(2)); }),
            kSmirnovBound);
}

// Of the values, and of their sizes: Box-Muller pairs share a radius.
void expect_uncorrelated(const char* with, const std::function<Place(Place)>& neighbour) {
  double product = 0, product_of_squares = 0;
  for (std::int64_t row = 0; row < kRows; ++row) {
    for (std::int32_t col = 0; col < kCols; ++col) {
      const Place here{.row = row, .col = col};
      const double a = normal_at(here), b = normal_at(neighbour(here));
      product += a * b;
      product_of_squares += (a * a - 1) * (b * b - 1) / 2;
    }
  }
  EXPECT_LT(std::abs(product), kSigmas * std::sqrt(kCount)) << with;
  EXPECT_LT(std::abs(product_of_squares), kSigmas * std::sqrt(kCount)) << with;
}

TEST(NoiseStatistics, NeighboursAreIndependent) {
  expect_uncorrelated("next row", [](Place at) {
    ++at.row;
    return at;
  });
  expect_uncorrelated("row 2^32 later", [](Place at) {
    at.row += std::int64_t{1} << 32;
    return at;
  });
  expect_uncorrelated("next column", [](Place at) {
    ++at.col;
    return at;
  });
  expect_uncorrelated("next block of columns", [](Place at) {
    at.col += 4;
    return at;
  });
  expect_uncorrelated("next step", [](Place at) {
    ++at.step;
    return at;
  });
  expect_uncorrelated("next sample", [](Place at) {
    ++at.sample;
    return at;
  });
  expect_uncorrelated("other purpose", [](Place at) {
    at.purpose = Purpose::evaluate_latent;
    return at;
  });
}

TEST(NoiseStatistics, SeedsAreIndependent) {
  double product = 0;
  for (std::int64_t row = 0; row < kRows; ++row) {
    const auto a = noise_block(1, Purpose::latent, 0, row, 0, 0),
               b = noise_block(2, Purpose::latent, 0, row, 0, 0);
    for (int w = 0; w < 4; ++w) product += (uniform(a.x[w]) - 0.5) * (uniform(b.x[w]) - 0.5) * 12;
  }
  EXPECT_LT(std::abs(product), kSigmas * std::sqrt(4.0 * kRows));
}

}  // namespace
}  // namespace cuvae::test
