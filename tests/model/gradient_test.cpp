// The gradient of the whole model, as the phases compute it in float, against central differences of the
// plain double model.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "model/padding.hpp"
#include "model/small_network.hpp"

namespace cuvae::test {
namespace {

constexpr std::int64_t kRows = 5;

struct Objective {
  std::int64_t rows = kRows;
  double kl_weight = 1.0;
};

// Every element of a small tensor; of a large one every 7th, which falls on every row and every column.
std::vector<std::size_t> checked_elements(std::size_t size) {
  std::vector<std::size_t> elements;
  for (std::size_t i = 0; i<size; i += size> 150 ? 7 : 1) elements.push_back(i);
  if (elements.back() != size - 1) elements.push_back(size - 1);
  return elements;
}

// A product of up to 50 terms, 3 deep, summed over 5 rows in float: some 1e-6 of the largest terms. A
// tensor's largest gradient stands for those, with a floor where all of them cancel.
double tolerance(const Parameter& gradient) {
  double largest = 0;
  for (const float value : gradient.values) largest = std::max(largest, std::abs(static_cast<double>(value)));
  return 1e-5 * (largest + 0.02);
}

double central_difference(const SmallNetwork& net, Tensors& tensors, double& value,
                          const Objective& objective) {
  constexpr double kStepSize = 1e-5;  // errs by 1e-10: far below the float it judges
  const double before = value;
  value = before + kStepSize;
  const double above = net.objective(tensors, objective.rows, objective.kl_weight);
  value = before - kStepSize;
  const double below = net.objective(tensors, objective.rows, objective.kl_weight);
  value = before;
  return (above - below) / (2 * kStepSize);
}

// What lies in the gradient arena now is the gradient of `objective`.
void expect_gradient_of(const SmallNetwork& net, const Objective& objective) {
  const std::vector<float> arena = net.gradient_arena();
  EXPECT_EQ(dirty_padding(net.layout(), arena), 0);
  Tensors tensors = as_doubles(net.weights());
  for (const Parameter& computed : net.layout().to_parameters(arena)) {
    std::vector<double>& values = tensors.at(computed.name);
    const double allowed = tolerance(computed);
    for (const std::size_t i : checked_elements(values.size())) {
      const double wanted = central_difference(net, tensors, values[i], objective);
      ASSERT_NEAR(static_cast<double>(computed.values[i]), wanted, allowed)
          << computed.name << " element " << i;
    }
  }
}

void expect_losses(SmallNetwork& net) {
  const Tensors tensors = as_doubles(net.weights());
  for (std::int64_t i = 0; i < kRows; ++i) {
    const RowLoss wanted = net.row_loss(tensors, i);
    EXPECT_NEAR(static_cast<double>(net.network().row_nll()[i]), wanted.nll,
                2e-6 * std::abs(wanted.nll) + 1e-5);
    EXPECT_NEAR(static_cast<double>(net.network().row_kl()[i]), wanted.kl, 2e-6 * wanted.kl + 1e-5);
  }
}

struct Decoder {
  const char* name;
  Likelihood likelihood;
  Variance variance;
};
constexpr Decoder kDecoders[] = {{"bernoulli", Likelihood::bernoulli, Variance::fixed},
                                 {"gaussian, fixed", Likelihood::gaussian, Variance::fixed},
                                 {"gaussian, shared", Likelihood::gaussian, Variance::shared},
                                 {"gaussian, per dimension", Likelihood::gaussian, Variance::per_dimension}};

ModelConfig small_model(const Decoder& decoder, std::int32_t latent) {
  ModelConfig config;
  config.data_dim = 13;
  config.encoder_hidden = {9};
  config.decoder_hidden = {10, 6};
  config.latent = latent;
  config.likelihood = decoder.likelihood;
  config.variance = decoder.variance;
  if (decoder.likelihood == Likelihood::gaussian && decoder.variance == Variance::fixed)
    config.fixed_variance = 0.4;
  return config;
}

class EveryActivation : public testing::TestWithParam<Activation> {};

TEST_P(EveryActivation, GradientIsThatOfTheObjective) {
  for (const Decoder& decoder : kDecoders) {
    for (const std::int32_t latent : {1, 3, 50}) {
      SCOPED_TRACE(std::string(decoder.name) + ", latent " + std::to_string(latent));
      ModelConfig config = small_model(decoder, latent);
      config.activation = GetParam();
      SmallNetwork net(config, kRows);
      net.run({.active = kRows, .batch = kRows});
      expect_losses(net);
      expect_gradient_of(net, {});
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Gradient, EveryActivation,
                         testing::Values(Activation::relu, Activation::tanh, Activation::gelu,
                                         Activation::silu, Activation::softplus),
                         [](const auto& activation) { return std::string(to_string(activation.param)); });

TEST(Gradient, OfALinearModel) {
  for (const Decoder& decoder : kDecoders) {
    for (const std::int32_t latent : {1, 3, 50}) {
      SCOPED_TRACE(std::string(decoder.name) + ", latent " + std::to_string(latent));
      ModelConfig config = small_model(decoder, latent);
      config.encoder_hidden = config.decoder_hidden = {};
      SmallNetwork net(config, kRows);
      net.run({.active = kRows, .batch = kRows});
      expect_losses(net);
      expect_gradient_of(net, {});
    }
  }
}

TEST(Gradient, OfDeepSides) {
  ModelConfig config = small_model(kDecoders[2], 2);
  config.encoder_hidden = {9, 5, 12, 8};
  config.decoder_hidden = {7, 16, 4};
  config.activation = Activation::tanh;
  SmallNetwork net(config, kRows);
  net.run({.active = kRows, .batch = kRows});
  expect_gradient_of(net, {});
}

TEST(Gradient, OfAWidthBeyondOneDrawOfNoise) {  // the CPU draws 128 columns at a time
  ModelConfig config = small_model(kDecoders[0], 131);
  config.encoder_hidden = config.decoder_hidden = {3};
  SmallNetwork net(config, kRows);
  net.run({.active = kRows, .batch = kRows});
  expect_losses(net);
  expect_gradient_of(net, {});
}

TEST(Gradient, HoldsTheKlWeight) {
  for (const double weight : {0.0, 0.25, 4.0}) {
    SCOPED_TRACE(weight);
    SmallNetwork net(small_model(kDecoders[0], 3), kRows);
    net.run({.active = kRows, .batch = kRows, .kl_weight = weight});
    expect_losses(net);  // what is reported does not know the weight
    expect_gradient_of(net, {.kl_weight = weight});
  }
}

TEST(Gradient, HoldsTheSoftBoundsDerivative) {
  SmallNetwork net(small_model(kDecoders[3], 3), kRows);
  std::vector<Parameter> weights = net.weights();
  for (Parameter& p : weights) {
    if (p.name == "encoder.log_var.bias") p.values = {-13.0f, 10.6f, 9.0f};
    if (p.name == "decoder.log_var") p.values[0] = 12.0f, p.values[12] = -10.5f;
  }
  net.set_weights(weights);
  net.run({.active = kRows, .batch = kRows});
  expect_losses(net);
  expect_gradient_of(net, {});
}

TEST(Gradient, OfAPartialBatchIsTheMeanOverItsRows) {
  for (const Decoder& decoder : kDecoders) {
    SCOPED_TRACE(decoder.name);
    SmallNetwork net(small_model(decoder, 3), 16);
    net.run({.active = 16, .batch = 16});  // leaves something to forget
    net.run({.active = kRows, .batch = kRows});
    expect_losses(net);
    for (std::int64_t row = kRows; row < 16; ++row) {
      EXPECT_EQ(net.network().row_nll()[row], 0.0f);
      EXPECT_EQ(net.network().row_kl()[row], 0.0f);
    }
    expect_gradient_of(net, {});
  }
}

TEST(Gradient, AccumulatedOverPassesIsThatOfTheBatch) {
  for (const Decoder& decoder : kDecoders) {
    SCOPED_TRACE(decoder.name);
    SmallNetwork net(small_model(decoder, 3), 4);
    net.run({.first = 0, .active = 4, .batch = 10});
    net.run({.first = 4, .active = 4, .batch = 10, .mode = GradientMode::accumulate});
    net.run({.first = 8, .active = 2, .batch = 10, .mode = GradientMode::accumulate});
    expect_gradient_of(net, {.rows = 10});
    const std::vector<float> ten = net.gradient_arena();
    net.run({.first = 0, .active = 0, .batch = 10, .mode = GradientMode::accumulate});
    EXPECT_EQ(net.gradient_arena(), ten) << "an empty pass adds nothing";
  }
}

TEST(Gradient, IsTheSameBitsTwice) {
  SmallNetwork net(small_model(kDecoders[3], 50), kRows);
  net.run({.active = kRows, .batch = kRows});
  const std::vector<float> once = net.gradient_arena();
  net.run({.active = kRows, .batch = kRows});
  EXPECT_EQ(net.gradient_arena(), once);
}

}  // namespace
}  // namespace cuvae::test
