#include <gtest/gtest.h>

#include <functional>
#include <limits>

#include "config/expect_error.hpp"
#include "cuvae/config.hpp"

namespace cuvae {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

template <class Config>
struct Wrong {
  std::vector<std::string> message;
  std::function<void(Config&)> spoil;
};

TEST(Validate, TakesTheDefaultsAndTheEnds) {
  validate(ModelConfig{});
  validate(TrainConfig{});
  ModelConfig model;
  model.encoder_hidden = {};
  model.data_dim = model.latent = 1;
  validate(model);
  TrainConfig train;
  train.seed = std::numeric_limits<std::uint64_t>::max();
  train.micro_batch = train.batch;
  train.learning_rate = 1e30;
  validate(train);
}

TEST(Validate, ModelRefusalsNameFieldAndAllowedValues) {
  const std::vector<Wrong<ModelConfig>> all{
      {{"data_dim: -1", "0 to"}, [](auto& c) { c.data_dim = -1; }},
      {{"latent: 0", "1 to 65536"}, [](auto& c) { c.latent = 0; }},
      {{"encoder_hidden: 0", "1 to"},
       [](auto& c) {
         c.encoder_hidden = {4, 0};
       }},
      {{"decoder_hidden: -5", "1 to"}, [](auto& c) { c.decoder_hidden = {-5}; }},
      {{"decoder_hidden: 65 layers", "up to 64"}, [](auto& c) { c.decoder_hidden.assign(65, 1); }},
      {{"activation", "relu, tanh"}, [](auto& c) { c.activation = static_cast<Activation>(9); }},
      {{"prior_components: a standard prior has none", "mixture or vamp"},
       [](auto& c) { c.prior_components = 10; }},
      {{"variance: 0", "at least 1e-06"},
       [](auto& c) { c.likelihood = Likelihood::gaussian, c.fixed_variance = 0.0; }},
      {{"variance: nan"}, [](auto& c) { c.likelihood = Likelihood::gaussian, c.fixed_variance = kNan; }},
      {{"variance", "gaussian"}, [](auto& c) { c.variance = Variance::shared; }},
      {{"variance: a continuous-bernoulli likelihood has none"},
       [](auto& c) { c.likelihood = Likelihood::continuous_bernoulli, c.fixed_variance = 0.5; }},
      {{"variance: discretized-logistic", "shared or per-dimension"},
       [](auto& c) { c.likelihood = Likelihood::discretized_logistic; }},
      {{"categories: 3 needs likelihood categorical", "allowed: 0"}, [](auto& c) { c.categories = 3; }},
      {{"categories: 1", "2 or more"},
       [](auto& c) { c.likelihood = Likelihood::categorical, c.categories = 1; }},
      {{"categories: 5 does not divide the 12 columns"},
       [](auto& c) { c.likelihood = Likelihood::categorical, c.categories = 5, c.data_dim = 12; }},
      {{"binarize: threshold needs likelihood bernoulli; with laplace"},
       [](auto& c) { c.likelihood = Likelihood::laplace, c.binarize = Binarize::threshold; }},
      {{"binarize: dynamic", "bernoulli"},
       [](auto& c) { c.likelihood = Likelihood::gaussian, c.binarize = Binarize::dynamic; }},
  };
  for (const Wrong<ModelConfig>& wrong : all) {
    ModelConfig config;
    wrong.spoil(config);
    test::expect_error(Errc::invalid_argument, wrong.message, [&] { validate(config); });
  }
}

TEST(Validate, TrainRefusalsNameFieldAndAllowedValues) {
  using Kind = LearningRateSchedule::Kind;
  const std::vector<Wrong<TrainConfig>> all{
      {{"epochs: 0", "1 to"}, [](auto& c) { c.epochs = 0; }},
      {{"max_steps: -1", "0 to"}, [](auto& c) { c.max_steps = -1; }},
      {{"batch: 0", "1 to"}, [](auto& c) { c.batch = 0; }},
      {{"micro_batch: 129", "0 to 128"}, [](auto& c) { c.micro_batch = 129; }},
      {{"lr: 0", "greater than 0"}, [](auto& c) { c.learning_rate = 0.0; }},
      {{"lr: 1e-50", "within float32"}, [](auto& c) { c.learning_rate = 1e-50; }},
      {{"epsilon: 1e-39", "within float32"}, [](auto& c) { c.epsilon = 1e-39; }},
      {{"kl_weight: 1e+39", "within float32"}, [](auto& c) { c.kl_weight = 1e39; }},
      {{"lr: nan"}, [](auto& c) { c.learning_rate = kNan; }},
      {{"lr: inf"}, [](auto& c) { c.learning_rate = kInfinity; }},
      {{"lr_schedule", "factors"},
       [](auto& c) {
         c.schedule = {Kind::steps, {{3, -0.1}}};
       }},
      {{"lr_schedule", "rise"},
       [](auto& c) {
         c.schedule = {Kind::steps, {{3, 0.1}, {3, 0.1}}};
       }},
      {{"lr_schedule"},
       [](auto& c) {
         c.schedule = {Kind::steps, {}};
       }},
      {{"beta1: 1", "less than 1"}, [](auto& c) { c.beta1 = 1.0; }},
      {{"beta2: -0.1", "at least 0"}, [](auto& c) { c.beta2 = -0.1; }},
      {{"epsilon: 0"}, [](auto& c) { c.epsilon = 0.0; }},
      {{"momentum: 1"}, [](auto& c) { c.momentum = 1.0; }},
      {{"weight_decay: -1"}, [](auto& c) { c.weight_decay = -1.0; }},
      {{"clip_norm: -1"}, [](auto& c) { c.clip_norm = -1.0; }},
      {{"kl_weight: -1"}, [](auto& c) { c.kl_weight = -1.0; }},
      {{"kl_warmup: -1"}, [](auto& c) { c.kl_warmup = -1.0; }},
      {{"patience: -1"}, [](auto& c) { c.patience = -1; }},
      {{"samples: 1024 of each of 2097152 rows", "take fewer, or a smaller micro_batch"},
       [](auto& c) { c.objective = Objective::iwae, c.batch = 1 << 21, c.samples = 1 << 10; }},
      {{"samples: 65535 of each of 32769 rows"},
       [](auto& c) {
         c.objective = Objective::iwae, c.batch = 1 << 20, c.micro_batch = (1 << 15) + 1;
         c.samples = (1 << 16) - 1;
       }},
      {{"validation_fraction: 1", "less than 1"}, [](auto& c) { c.validation_fraction = 1.0; }},
  };
  for (const Wrong<TrainConfig>& wrong : all) {
    TrainConfig config;
    wrong.spoil(config);
    test::expect_error(Errc::invalid_argument, wrong.message, [&] { validate(config); });
  }
}

constexpr Objective kBatchWise[] = {Objective::tc_mws, Objective::tc_mss, Objective::mmd};

TEST(Validate, RefusesBf16WhereLatentsOfABatchAreCompared) {
  for (const Objective objective : kBatchWise) {
    TrainConfig config;
    config.objective = objective;
    for (const Precision precision : {Precision::fp32, Precision::tf32}) {
      config.precision = precision;
      validate(config);
    }
    config.precision = Precision::bf16;
    test::expect_error(Errc::invalid_argument,
                       {"precision: objective " + std::string(to_string(objective)), "choose fp32 or tf32"},
                       [&] { validate(config); });
  }
}

// A loop's rows are counted in 31 bits, and there is one for each pair.
TEST(Validate, RefusesMorePairsOfRowsThanAPassCanHold) {
  for (const Objective objective : kBatchWise) {
    TrainConfig config;
    config.objective = objective;
    config.batch = 46340;
    validate(config);
    for (const std::int32_t batch : {46341, 65536, 1 << 24}) {
      config.batch = batch;
      test::expect_error(Errc::invalid_argument,
                         {"batch: " + std::to_string(batch), std::string(to_string(objective)), "46340"},
                         [&] { validate(config); });
    }
  }
}

TEST(Validate, RefusesMoreSamplesTimesComponentsThanAPassCanHold) {
  ModelConfig model;
  TrainConfig train;
  train.objective = Objective::iwae;
  train.batch = 1 << 14;
  train.samples = 1 << 8;
  validate(model, train);
  for (const Prior prior : {Prior::mixture, Prior::vamp}) {
    model.prior = prior;
    model.prior_components = 511;
    validate(model, train);
    model.prior_components = 512;
    test::expect_error(Errc::invalid_argument, {"prior_components: 512", "smaller micro_batch"},
                       [&] { validate(model, train); });
    train.micro_batch = 1 << 13;
    validate(model, train);
    train.micro_batch = 0;
  }
}

TEST(Validate, RefusesObjectivesOfOneStochasticLayerWithTwo) {
  ModelConfig model;
  model.top_latent = 2;
  TrainConfig train;
  for (const Objective objective : {Objective::elbo_sampled, Objective::iwae}) {
    train.objective = objective;
    validate(model, train);
  }
  for (const Objective objective : {Objective::stl, Objective::dreg, Objective::tc_mws, Objective::tc_mss}) {
    train.objective = objective;
    validate(ModelConfig{}, train);
    test::expect_error(Errc::invalid_argument,
                       {"objective: " + std::string(to_string(objective)), "one stochastic layer",
                        "choose elbo-sampled or iwae"},
                       [&] { validate(model, train); });
  }
}

TEST(Validate, RefusesAKlInClosedFormWhereThereIsNone) {
  for (const Objective objective : {Objective::elbo, Objective::mmd}) {
    TrainConfig train;
    train.objective = objective;
    ModelConfig two_layers;
    two_layers.top_latent = 2;
    ModelConfig mixture, vamp;
    mixture.prior = Prior::mixture;
    vamp.prior = Prior::vamp;
    for (const ModelConfig& model : {two_layers, mixture, vamp}) {
      test::expect_error(Errc::invalid_argument,
                         {"objective: " + std::string(to_string(objective)), "closed form"},
                         [&] { validate(model, train); });
    }
  }
}

}  // namespace
}  // namespace cuvae
