#include "src/model/initialize.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "model/padding.hpp"

namespace cuvae::test {
namespace {

using model::initial_parameters;
using model::Layout;

ModelConfig config_of(Initialization initialization) {
  ModelConfig config;
  config.data_dim = 61;
  config.encoder_hidden = {90, 33};
  config.decoder_hidden = {45};
  config.latent = 5;
  config.likelihood = Likelihood::gaussian;
  config.variance = Variance::per_dimension;
  config.initialization = initialization;
  return config;
}

std::vector<Parameter> drawn(const ModelConfig& config, std::uint64_t seed) {
  const Layout layout(config);
  return layout.to_parameters(initial_parameters(layout, config, seed));
}

// Kolmogorov's distance to the uniform distribution on (-width, width).
double distance_to_uniform(std::vector<float> values, double width) {
  std::sort(values.begin(), values.end());
  const double n = static_cast<double>(values.size());
  double distance = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double expected = 0.5 + 0.5 * static_cast<double>(values[i]) / width;
    distance = std::max({distance, std::abs(expected - static_cast<double>(i) / n),
                         std::abs(expected - static_cast<double>(i + 1) / n)});
  }
  return distance;
}

// All within the width, and uniform there: a distance above 2 / sqrt(n) has a probability below 0.001.
void expect_uniform(const Parameter& p, double width) {
  for (const float value : p.values)
    ASSERT_LE(std::abs(static_cast<double>(value)), width * (1 + 1e-6)) << p.name;
  EXPECT_LT(distance_to_uniform(p.values, width), 2.0 / std::sqrt(static_cast<double>(p.values.size())))
      << p.name;
}

const Parameter& named(const std::vector<Parameter>& all, const std::string& name) {
  return *std::find_if(all.begin(), all.end(), [&](const Parameter& p) { return p.name == name; });
}

TEST(InitialParameters, FanInDrawsWeightsAndBiasesAlike) {
  const auto all = drawn(config_of(Initialization::fan_in), 1);
  const std::vector<std::pair<std::string, double>> fan_in{{"encoder.0", 61},    {"encoder.1", 90},
                                                           {"encoder.mean", 33}, {"encoder.log_var", 33},
                                                           {"decoder.0", 5},     {"decoder.output", 45}};
  for (const auto& [name, in] : fan_in) {
    expect_uniform(named(all, name + ".weight"), 1.0 / std::sqrt(in));
    expect_uniform(named(all, name + ".bias"), 1.0 / std::sqrt(in));
  }
}

TEST(InitialParameters, GlorotAndHeHaveZeroBiases) {
  const auto glorot = drawn(config_of(Initialization::glorot), 2),
             he = drawn(config_of(Initialization::he), 2);
  expect_uniform(named(glorot, "encoder.0.weight"), std::sqrt(6.0 / (61 + 90)));
  expect_uniform(named(glorot, "encoder.mean.weight"), std::sqrt(6.0 / (33 + 5)));
  expect_uniform(named(glorot, "decoder.output.weight"), std::sqrt(6.0 / (45 + 61)));
  expect_uniform(named(he, "encoder.0.weight"), std::sqrt(6.0 / 61));
  expect_uniform(named(he, "decoder.output.weight"), std::sqrt(6.0 / 45));
  for (const auto* all : {&glorot, &he}) {
    for (const Parameter& p : *all) {
      if (p.shape.size() == 2) continue;
      EXPECT_EQ(p.values, std::vector<float>(p.values.size(), 0.0f)) << p.name;
    }
  }
}

TEST(InitialParameters, LearnedLogVarianceStartsAtZero) {
  const auto all = drawn(config_of(Initialization::fan_in), 3);
  EXPECT_EQ(named(all, "decoder.log_var").values, std::vector<float>(61, 0.0f));
}

TEST(InitialParameters, AreAFunctionOfTheSeed) {
  const ModelConfig config = config_of(Initialization::fan_in);
  const Layout layout(config);
  const std::vector<float> arena = initial_parameters(layout, config, 7);
  EXPECT_EQ(initial_parameters(layout, config, 7), arena);
  EXPECT_NE(initial_parameters(layout, config, 8), arena);
  EXPECT_EQ(dirty_padding(layout, arena), 0);
}

TEST(InitialParameters, DependOnTensorRowAndColumnAlone) {
  ModelConfig narrow = config_of(Initialization::fan_in), wide = narrow;
  wide.encoder_hidden[0] = 100;  // more rows in the first weight, as many columns
  const std::vector<float> few = named(drawn(narrow, 9), "encoder.0.weight").values;
  const std::vector<float> many = named(drawn(wide, 9), "encoder.0.weight").values;
  EXPECT_TRUE(std::equal(few.begin(), few.end(), many.begin()));
}

TEST(InitialParameters, TensorsOfOneShapeDiffer) {
  const auto all = drawn(config_of(Initialization::fan_in), 4);
  EXPECT_NE(named(all, "encoder.mean.weight").values, named(all, "encoder.log_var.weight").values);
}

TEST(OutputBias, IsTheLogitOfTheMeanOrTheMean) {
  const ModelConfig config = config_of(Initialization::fan_in);
  const Layout layout(config);
  std::vector<double> means(61, 0.25);
  means[0] = 0.0, means[1] = 1.0, means[60] = 0.5;
  std::vector<float> arena = initial_parameters(layout, config, 5);
  const std::vector<float> before = arena;
  model::set_output_bias(arena, layout, Likelihood::bernoulli, means);
  const std::vector<float> logits = named(layout.to_parameters(arena), "decoder.output.bias").values;
  EXPECT_FLOAT_EQ(logits[0], std::log(0.001f / 0.999f));
  EXPECT_FLOAT_EQ(logits[1], std::log(0.999f / 0.001f));
  EXPECT_FLOAT_EQ(logits[2], -std::log(3.0f));
  EXPECT_EQ(logits[60], 0.0f);

  means[0] = -7.5;
  model::set_output_bias(arena, layout, Likelihood::gaussian, means);
  EXPECT_EQ(named(layout.to_parameters(arena), "decoder.output.bias").values[0], -7.5f);
  EXPECT_EQ(dirty_padding(layout, arena), 0);
  int changed = 0;
  for (std::size_t i = 0; i < arena.size(); ++i) changed += arena[i] != before[i] ? 1 : 0;
  EXPECT_EQ(changed, 61);
}

// Whatever the likelihood makes of it is the mean of the data.
TEST(OutputBias, GivesTheMeanOfTheData) {
  const ModelConfig config = config_of(Initialization::fan_in);
  const Layout layout(config);
  std::vector<double> means;
  for (int col = 0; col < 61; ++col) means.push_back((col + 1) / 62.0);
  means[0] = 0.0, means[1] = 1.0;
  const auto bias_of = [&](Likelihood likelihood) {
    std::vector<float> arena(static_cast<std::size_t>(layout.size()));
    model::set_output_bias(arena, layout, likelihood, means);
    return named(layout.to_parameters(arena), "decoder.output.bias").values;
  };
  EXPECT_EQ(bias_of(Likelihood::laplace)[5], static_cast<float>(means[5]));
  EXPECT_EQ(bias_of(Likelihood::discretized_logistic)[1], 1.0f);
  EXPECT_FLOAT_EQ(bias_of(Likelihood::categorical)[5], static_cast<float>(std::log(means[5])));
  EXPECT_FLOAT_EQ(bias_of(Likelihood::categorical)[0], std::log(0.001f));
  const std::vector<float> logits = bias_of(Likelihood::continuous_bernoulli);
  EXPECT_NEAR(logits[0], -100.0f, 0.01f);
  EXPECT_NEAR(logits[1], 100.0f, 0.01f);
  for (std::size_t col = 2; col < means.size(); ++col) {
    const double l = static_cast<double>(logits[col]);
    const double mean = std::abs(l) < 1e-3 ? 0.5 : 1 / (1 - std::exp(-l)) - 1 / l;
    EXPECT_NEAR(mean, means[col], 1e-4) << col;
  }
}

}  // namespace
}  // namespace cuvae::test
