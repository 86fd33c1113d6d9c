// The gradient of the whole model, as the phases compute it in float, against central differences of the
// plain double model.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "model/padding.hpp"
#include "model/small_network.hpp"
#include "src/config/likelihood.hpp"
#include "support/test_data.hpp"

namespace cuvae::test {
namespace {

constexpr std::int64_t kRows = 5;

using Wanted = SmallNetwork::Wanted;

// Every element of a small tensor; of a large one every 7th, which falls on every row and every column; under
// sanitizers few of either.
std::vector<std::size_t> checked_elements(std::size_t size) {
  const std::size_t step = kQuickTests ? 31 : size > 150 ? 7 : 1;
  std::vector<std::size_t> elements;
  for (std::size_t i = 0; i < size; i += step) elements.push_back(i);
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

double central_difference(const SmallNetwork& net, Tensors& tensors, const Tensors& held, double& value,
                          const Wanted& wanted) {
  constexpr double kStepSize = 1e-5;  // errs by 1e-10: far below the float it judges
  const double before = value;
  value = before + kStepSize;
  const double above = net.objective(tensors, held, wanted);
  value = before - kStepSize;
  const double below = net.objective(tensors, held, wanted);
  value = before;
  return (above - below) / (2 * kStepSize);
}

// What lies in the gradient arena now is the gradient of what is wanted.
void expect_gradient_of(const SmallNetwork& net, Wanted wanted) {
  const std::vector<float> arena = net.gradient_arena();
  EXPECT_EQ(dirty_padding(net.layout(), arena), 0);
  const Tensors held = as_doubles(net.weights());
  Tensors tensors = held;
  for (const Parameter& computed : net.layout().to_parameters(arena)) {
    std::vector<double>& values = tensors.at(computed.name);
    const double allowed = tolerance(computed);
    wanted.of = computed.name.starts_with("encoder") ? Wanted::Of::encoder : Wanted::Of::decoder;
    for (const std::size_t i : checked_elements(values.size())) {
      const double difference = central_difference(net, tensors, held, values[i], wanted);
      ASSERT_NEAR(static_cast<double>(computed.values[i]), difference, allowed)
          << computed.name << " element " << i;
    }
  }
}

void expect_reported(SmallNetwork& net, const Wanted& wanted) {
  const Tensors tensors = as_doubles(net.weights());
  const double objective = net.objective(tensors, tensors, wanted);
  EXPECT_NEAR(net.reported_objective(), objective, 2e-6 * std::abs(objective) + 1e-5);
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
constexpr Decoder kDecoders[] = {
    {"bernoulli", Likelihood::bernoulli, Variance::fixed},
    {"gaussian, fixed", Likelihood::gaussian, Variance::fixed},
    {"gaussian, shared", Likelihood::gaussian, Variance::shared},
    {"gaussian, per dimension", Likelihood::gaussian, Variance::per_dimension},
    {"continuous Bernoulli", Likelihood::continuous_bernoulli, Variance::fixed},
    {"Laplace, fixed", Likelihood::laplace, Variance::fixed},
    {"Laplace, shared", Likelihood::laplace, Variance::shared},
    {"Laplace, per dimension", Likelihood::laplace, Variance::per_dimension},
    {"logistic, shared", Likelihood::discretized_logistic, Variance::shared},
    {"logistic, per dimension", Likelihood::discretized_logistic, Variance::per_dimension},
    {"categorical", Likelihood::categorical, Variance::fixed}};

ModelConfig small_model(const Decoder& decoder, std::int32_t latent) {
  ModelConfig config;
  config.data_dim = 13;
  if (decoder.likelihood == Likelihood::categorical) config.data_dim = 15, config.categories = 5;
  config.encoder_hidden = {9};
  config.decoder_hidden = {10, 6};
  config.latent = latent;
  config.likelihood = decoder.likelihood;
  config.variance = decoder.variance;
  if (config::has_variance(decoder.likelihood) && decoder.variance == Variance::fixed)
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
      expect_gradient_of(net, {kRows});
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Gradient, EveryActivation,
                         testing::Values(Activation::relu, Activation::tanh, Activation::gelu,
                                         Activation::silu, Activation::softplus, Activation::glu),
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
      expect_gradient_of(net, {kRows});
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
  expect_gradient_of(net, {kRows});
}

TEST(Gradient, OfAWidthBeyondOneDrawOfNoise) {  // the CPU draws 128 columns at a time
  ModelConfig config = small_model(kDecoders[0], 131);
  config.encoder_hidden = config.decoder_hidden = {3};
  SmallNetwork net(config, kRows);
  net.run({.active = kRows, .batch = kRows});
  expect_losses(net);
  expect_gradient_of(net, {kRows});
}

TEST(Gradient, HoldsTheKlWeight) {
  for (const double weight : {0.0, 0.25, 4.0}) {
    SCOPED_TRACE(weight);
    SmallNetwork net(small_model(kDecoders[0], 3), kRows);
    net.run({.active = kRows, .batch = kRows, .kl_weight = weight});
    expect_losses(net);  // what is reported does not know the weight
    expect_gradient_of(net, {kRows, weight});
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
  expect_gradient_of(net, {kRows});
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
    expect_gradient_of(net, {kRows});
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

struct Kind {
  const char* name;
  Objective objective;
};
constexpr Kind kKinds[] = {{"elbo", Objective::elbo},
                           {"elbo_sampled", Objective::elbo_sampled},
                           {"stl", Objective::stl},
                           {"iwae", Objective::iwae},
                           {"dreg", Objective::dreg}};

class EveryObjective : public testing::TestWithParam<Kind> {};

TEST_P(EveryObjective, HasItsGradientWithNoiseHeldFixed) {
  for (const Decoder& decoder : {kDecoders[0], kDecoders[3]}) {
    for (const std::int32_t samples : {1, 4}) {
      for (const std::int32_t latent : {3, 130}) {
        SCOPED_TRACE(std::string(decoder.name) + ", " + std::to_string(samples) + " samples, latent " +
                     std::to_string(latent));
        ModelConfig config = small_model(decoder, latent);
        if (latent == 130) config.encoder_hidden = config.decoder_hidden = {3};
        config.activation = Activation::tanh;
        SmallNetwork net(config, kRows + 2, GetParam().objective, samples);
        net.run({.active = kRows, .batch = kRows, .kl_weight = 0.8});
        expect_gradient_of(net, {kRows, 0.8});
        expect_reported(net, {kRows, 0.8});
      }
    }
  }
}

TEST_P(EveryObjective, AddsGradientsOfPassesUpToThoseOfTheBatch) {
  SmallNetwork net(small_model(kDecoders[2], 3), 4, GetParam().objective, 3);
  net.run({.first = 0, .active = 4, .batch = 10});
  net.run({.first = 4, .active = 4, .batch = 10, .mode = GradientMode::accumulate});
  net.run({.first = 8, .active = 2, .batch = 10, .mode = GradientMode::accumulate});
  expect_gradient_of(net, {.rows = 10});
}

INSTANTIATE_TEST_SUITE_P(Gradient, EveryObjective, testing::ValuesIn(kKinds),
                         [](const auto& kind) { return std::string(kind.param.name); });

// What is of a batch as a whole: held by some, let by others.
struct BatchWise {
  const char* name;
  TrainConfig train;
};

std::vector<BatchWise> batch_wise() {
  const auto with = [](const char* name, Objective objective, double TrainConfig::*field, double value) {
    BatchWise one{name, {}};
    one.train.objective = objective;
    one.train.*field = value;
    return one;
  };
  using T = TrainConfig;
  return {with("free_bits", Objective::elbo, &T::free_bits, 0.07),
          with("free_bits_total_that_are_used_up", Objective::elbo, &T::free_bits_total, 0.01),
          with("free_bits_total", Objective::elbo, &T::free_bits_total, 100),
          with("capacity_above", Objective::elbo, &T::kl_capacity, 100),
          with("capacity_below", Objective::elbo, &T::kl_capacity, 0.01),
          with("tc_mws", Objective::tc_mws, &T::tc_weight, 6),
          with("tc_mss", Objective::tc_mss, &T::tc_weight, 6),
          with("tc_mss_that_rewards_it", Objective::tc_mss, &T::tc_weight, 0.2),
          with("mmd", Objective::mmd, &T::mmd_weight, 25)};
}

class EveryBatchLoss : public testing::TestWithParam<BatchWise> {};

TEST_P(EveryBatchLoss, HasItsGradientAndItsValue) {
  for (const std::int32_t latent : {1, 4, 11}) {
    for (const std::int64_t pass_rows : {kRows, kRows + 4}) {  // the second leaves rows that are not active
      SCOPED_TRACE("latent " + std::to_string(latent) + ", rows " + std::to_string(pass_rows));
      ModelConfig config = small_model(kDecoders[0], latent);
      config.activation = Activation::tanh;
      SmallNetwork net(config, pass_rows, GetParam().train);
      if (pass_rows > kRows)
        net.run({.active = pass_rows, .batch = pass_rows});  // leaves something to forget
      net.run({.active = kRows, .batch = kRows, .kl_weight = 0.8});
      expect_gradient_of(net, {kRows, 0.8});
      expect_reported(net, {kRows, 0.8});
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Gradient, EveryBatchLoss, testing::ValuesIn(batch_wise()),
                         [](const auto& loss) { return std::string(loss.param.name); });

TEST(Gradient, OfFreeBitsKeepsSomeDimensionsAndLetsOthers) {
  TrainConfig train;
  train.free_bits = 0.07;
  SmallNetwork net(small_model(kDecoders[0], 11), kRows, train);
  net.run({.active = kRows, .batch = kRows});
  const float* gates = net.network().buffer("kl_gates").floats();
  EXPECT_GT(std::count(gates, gates + 11, 1.0f), 0);
  EXPECT_GT(std::count(gates, gates + 11, 0.0f), 0);
  EXPECT_EQ(std::count(gates, gates + 11, 0.0f) + std::count(gates, gates + 11, 1.0f), 11);
}

TEST(Gradient, OfOneRowAloneHasNoTotalCorrelation) {
  TrainConfig train;
  train.objective = Objective::tc_mss;
  train.tc_weight = 6;
  SmallNetwork with(small_model(kDecoders[0], 4), 3, train),
      without(small_model(kDecoders[0], 4), 3, Objective::elbo_sampled);
  with.run({.active = 1, .batch = 1});
  without.run({.active = 1, .batch = 1});
  const std::vector<float> one = with.gradient_arena(), other = without.gradient_arena();
  for (std::size_t i = 0; i < one.size(); ++i) EXPECT_NEAR(one[i], other[i], 2e-6f) << i;
  EXPECT_NEAR(with.reported_objective(), without.reported_objective(), 1e-5);
}

ModelConfig with_prior(ModelConfig config, Prior prior) {
  config.prior = prior;
  config.prior_components = 4;
  return config;
}

ModelConfig with_second_layer(ModelConfig config) {
  config.top_latent = 5;
  config.top_hidden = {7, 4};
  return config;
}

// Each prior but the standard one, under the objectives it goes with.
TEST(Gradient, OfLearnedPriors) {
  for (const Prior prior : {Prior::mixture, Prior::vamp}) {
    for (const Kind& kind : kKinds) {
      if (kind.objective == Objective::elbo) continue;
      // There the encoder is a prior's too, and gets both of dreg's gradients: in expectation, below.
      if (kind.objective == Objective::dreg && prior == Prior::vamp) continue;
      for (const Decoder& decoder : {kDecoders[0], kDecoders[2]}) {
        SCOPED_TRACE(std::string(to_string(prior)) + ", " + kind.name + ", " + decoder.name);
        ModelConfig config = with_prior(small_model(decoder, 3), prior);
        config.activation = Activation::tanh;
        SmallNetwork net(config, kRows + 2, kind.objective, 3);
        net.run({.active = kRows, .batch = kRows, .kl_weight = 0.8});
        expect_gradient_of(net, {kRows, 0.8});
      }
    }
  }
}

TEST(Gradient, OfTheTotalCorrelationBesideALearnedPrior) {
  for (const Prior prior : {Prior::mixture, Prior::vamp}) {
    for (const Objective objective : {Objective::tc_mws, Objective::tc_mss}) {
      SCOPED_TRACE(std::string(to_string(prior)) + ", " + std::string(to_string(objective)));
      ModelConfig config = with_prior(small_model(kDecoders[0], 3), prior);
      config.activation = Activation::tanh;
      TrainConfig train;
      train.objective = objective;
      train.tc_weight = 6;
      SmallNetwork net(config, kRows + 4, train);
      net.run({.active = kRows + 4, .batch = kRows + 4});  // leaves something to forget
      net.run({.active = kRows, .batch = kRows, .kl_weight = 0.8});
      expect_gradient_of(net, {kRows, 0.8});
      expect_reported(net, {kRows, 0.8});
    }
  }
}

TEST(Gradient, OfTwoStochasticLayers) {
  for (const Objective objective : {Objective::elbo_sampled, Objective::iwae}) {
    for (const std::int32_t samples : {1, 3}) {
      SCOPED_TRACE(std::string(to_string(objective)) + ", " + std::to_string(samples) + " samples");
      ModelConfig config = with_second_layer(small_model(kDecoders[0], 6));
      config.activation = Activation::tanh;
      SmallNetwork net(config, kRows + 2, objective, samples);
      net.run({.active = kRows, .batch = kRows, .kl_weight = 0.8});
      expect_gradient_of(net, {kRows, 0.8});
    }
  }
}

TEST(Gradient, OfPriorsAddsUpOverPasses) {
  for (const ModelConfig& config : {with_prior(small_model(kDecoders[0], 3), Prior::mixture),
                                    with_prior(small_model(kDecoders[0], 3), Prior::vamp),
                                    with_second_layer(small_model(kDecoders[0], 6))}) {
    SmallNetwork net(config, 4, Objective::iwae, 2);
    net.run({.first = 0, .active = 4, .batch = 10});
    net.run({.first = 4, .active = 4, .batch = 10, .mode = GradientMode::accumulate});
    net.run({.first = 8, .active = 2, .batch = 10, .mode = GradientMode::accumulate});
    expect_gradient_of(net, {.rows = 10});
  }
}

// Labels beside x and z, which neither is as wide as its vectors.
TEST_P(EveryObjective, HasItsGradientWithLabels) {
  for (const std::int32_t labels : {1, 10, 40}) {
    for (const bool linear : {false, true}) {
      SCOPED_TRACE(std::to_string(labels) + (linear ? " labels, linear" : " labels"));
      ModelConfig config = small_model(kDecoders[3], 3);
      config.label_dim = labels;
      config.activation = Activation::tanh;
      if (linear) config.encoder_hidden = config.decoder_hidden = {};
      SmallNetwork net(config, kRows + 2, GetParam().objective, 4);
      net.run({.active = kRows, .batch = kRows, .kl_weight = 0.8});
      expect_gradient_of(net, {kRows, 0.8});
      expect_reported(net, {kRows, 0.8});
    }
  }
}

TEST_P(EveryBatchLoss, HasItsGradientWithLabels) {
  ModelConfig config = small_model(kDecoders[0], 4);
  config.label_dim = 3;
  config.activation = Activation::tanh;
  SmallNetwork net(config, kRows + 4, GetParam().train);
  net.run({.active = kRows, .batch = kRows, .kl_weight = 0.8});
  expect_gradient_of(net, {kRows, 0.8});
  expect_reported(net, {kRows, 0.8});
}

TEST(Gradient, OfPriorsBesideLabels) {
  ModelConfig mixture = small_model(kDecoders[0], 3), two_layers = mixture;
  mixture.prior = Prior::mixture;
  mixture.prior_components = 4;
  two_layers.top_latent = 2;
  two_layers.top_hidden = {5};
  for (ModelConfig config : {mixture, two_layers}) {
    config.label_dim = 3;
    config.activation = Activation::tanh;
    SmallNetwork net(config, kRows, Objective::iwae, 3);
    net.run({.active = kRows, .batch = kRows});
    expect_gradient_of(net, {kRows});
  }
}

TEST(Gradient, OfIwaeWithOneSampleIsThatOfTheSampledElboBitForBit) {
  const auto after = [](Objective objective) {
    SmallNetwork net(small_model(kDecoders[3], 11), kRows, objective);
    net.run({.active = kRows, .batch = kRows, .kl_weight = 0.7});
    return std::pair{net.gradient_arena(), net.reported_objective()};
  };
  EXPECT_EQ(after(Objective::iwae), after(Objective::elbo_sampled));
}

// Mean and variance of the mean of each element of the gradient, over draws of the noise.
struct Moments {
  std::vector<double> mean, variance;
};

// A linear encoder, so that there are few elements to compare.
ModelConfig model_to_draw_from() {
  ModelConfig config = small_model(kDecoders[0], 3);
  config.encoder_hidden = {};
  return config;
}

Moments moments_of_gradient(const ModelConfig& config, Objective objective, double kl_weight,
                            std::int64_t first_seed, std::int64_t draws) {
  SmallNetwork net(config, kRows, objective, 5);
  const double n = static_cast<double>(draws);
  Moments moments;
  for (std::int64_t draw = 0; draw < draws; ++draw) {
    net.network().input().latent_noise.seed = static_cast<std::uint64_t>(first_seed + draw);
    net.run({.active = kRows, .batch = kRows, .kl_weight = kl_weight});
    const std::vector<float> gradient = net.gradient_arena();
    moments.mean.resize(gradient.size());
    moments.variance.resize(gradient.size());
    for (std::size_t i = 0; i < gradient.size(); ++i) {
      const double value = static_cast<double>(gradient[i]);
      moments.mean[i] += value / n;
      moments.variance[i] += value * value / n;
    }
  }
  for (std::size_t i = 0; i < moments.mean.size(); ++i)
    moments.variance[i] = (moments.variance[i] - moments.mean[i] * moments.mean[i]) / n;
  return moments;
}

// Draws apart from each other: of some 100 elements none may lie beyond 4.9 standard errors, which a sound
// pair of estimators does once in 10,000 such tests. Returns dreg's variance, in all, over that of iwae.
double compare_encoders_of_dreg_and_iwae(const ModelConfig& config, double kl_weight = 1) {
  const std::int64_t draws = 8000;
  const Moments iwae = moments_of_gradient(config, Objective::iwae, kl_weight, 0, draws),
                dreg = moments_of_gradient(config, Objective::dreg, kl_weight, draws, draws);
  const model::Layout layout(config);
  double variance_of_iwae = 0, variance_of_dreg = 0;
  std::int64_t compared = 0;
  for (const model::Tensor& tensor : layout.tensors()) {
    if (!tensor.name.starts_with("encoder")) continue;
    for (std::int64_t at = tensor.offset; at < tensor.offset + tensor.rows * tensor.ld; ++at) {
      const auto i = static_cast<std::size_t>(at);
      const double error = std::sqrt(iwae.variance[i] + dreg.variance[i]);
      if (error == 0) continue;  // padding
      ++compared;
      EXPECT_LT(std::abs(iwae.mean[i] - dreg.mean[i]), 4.9 * error) << tensor.name;
      variance_of_iwae += iwae.variance[i], variance_of_dreg += dreg.variance[i];
    }
  }
  EXPECT_EQ(compared, 6 * 13 + 6);
  return variance_of_dreg / variance_of_iwae;
}

TEST(Gradient, OfDregIsThatOfIwaeInExpectationAndVariesLess) {
  EXPECT_LT(compare_encoders_of_dreg_and_iwae(model_to_draw_from()), 0.8);
}

// The encoder is also what the components of the prior are made by, and gets iwae's own gradient there. That
// varies more than with iwae, where the score of q and that of the prior cancel in part.
TEST(Gradient, OfDregIsThatOfIwaeInExpectationWhereTheEncoderMakesThePrior) {
  EXPECT_GT(compare_encoders_of_dreg_and_iwae(with_prior(model_to_draw_from(), Prior::vamp)), 0);
}

TEST(Gradient, OfDregIsThatOfIwaeInExpectationWhateverTheKlWeight) {
  EXPECT_LT(compare_encoders_of_dreg_and_iwae(model_to_draw_from(), 0.5), 0.8);
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
