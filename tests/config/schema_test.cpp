#include "src/config/schema.hpp"

#include <gtest/gtest.h>

#include <set>

#include "config/expect_error.hpp"

namespace cuvae::config {
namespace {

using Map = std::map<std::string, std::string>;

Map as_map(const Fields& fields) { return {fields.begin(), fields.end()}; }

const Key& key(const std::string& name) {
  for (const Key& one : keys()) {
    if (one.words.name == name) return one;
  }
  throw std::out_of_range(name);
}

// No field at its default, but for the prior, which goes with one stochastic layer.
ModelConfig unusual_model() {
  ModelConfig model;
  model.data_dim = 13;
  model.encoder_hidden = {};
  model.decoder_hidden = {7, 5, 3};
  model.latent = 3;
  model.prior = Prior::mixture;
  model.prior_components = 9;
  model.label_dim = 4;
  model.label_kind = LabelKind::real;
  model.activation = Activation::softplus;
  model.likelihood = Likelihood::gaussian;
  model.fixed_variance = 0.1;
  model.initialization = Initialization::he;
  model.output_bias = OutputBias::data_mean;
  return model;
}

TrainConfig unusual_training() {
  TrainConfig train;
  train.order = RowSequence::filed;
  train.objective = Objective::iwae;
  train.samples = 5;
  train.seed = 0xffffffffffffffff;
  train.epochs = 3;
  train.max_steps = 77;
  train.batch = 64;
  train.micro_batch = 16;
  train.optimizer = Optimizer::sgd;
  train.learning_rate = 1.0 / 3.0;
  train.schedule = {LearningRateSchedule::Kind::steps, {{2, 0.1}}};
  train.beta1 = 0.8;
  train.beta2 = 0.99;
  train.epsilon = 1e-7;
  train.momentum = 0.5;
  train.weight_decay = 1e-4;
  train.clip_norm = 1.5;
  train.kl_weight = 0.7;
  train.kl_warmup = 2.5;
  train.kl_cycles = 3;
  train.patience = 4;
  train.validation_fraction = 0.2;
  train.precision = Precision::tf32;
  return train;
}

TEST(Schema, ConfigurationsComeBackFromTheirFieldsExactly) {
  for (const ModelConfig& model : {ModelConfig{}, unusual_model()}) {
    EXPECT_EQ(model_from_fields(as_map(to_fields(model))), model);
  }
  for (const TrainConfig& train : {TrainConfig{}, unusual_training()}) {
    EXPECT_EQ(train_from_fields(as_map(to_fields(train))), train);
  }
}

// A setting that no key writes would be lost in checkpoints: these differ in every field, those that exclude
// each other too.
TEST(Schema, EveryFieldIsWritten) {
  ModelConfig model = unusual_model();
  model.top_latent = 2;
  model.top_hidden = {4};
  model.categories = 3;
  model.binarize = Binarize::dynamic;
  TrainConfig train = unusual_training();
  train.kl_capacity = 25;
  train.free_bits = 0.5;
  train.free_bits_total = 4;
  train.tc_weight = 6;
  train.mmd_weight = 10;
  const auto expect_all_differ = [](const Fields& usual, const Fields& unusual) {
    ASSERT_EQ(usual.size(), unusual.size());
    for (std::size_t i = 0; i < usual.size(); ++i) {
      EXPECT_NE(usual[i].second, unusual[i].second) << usual[i].first;
    }
  };
  expect_all_differ(to_fields(ModelConfig{}), to_fields(model));
  expect_all_differ(to_fields(TrainConfig{}), to_fields(train));
}

TEST(Schema, LearnedVarianceComesBack) {
  ModelConfig model = unusual_model();
  model.fixed_variance = 1.0;
  for (const Variance variance : {Variance::shared, Variance::per_dimension}) {
    model.variance = variance;
    EXPECT_EQ(model_from_fields(as_map(to_fields(model))), model);
  }
}

TEST(Schema, LearnedPriorsComeBack) {
  ModelConfig model;
  for (const Prior prior : {Prior::mixture, Prior::vamp}) {
    model.prior = prior;
    EXPECT_EQ(model_from_fields(as_map(to_fields(model))), model);
  }
}

TEST(Schema, CategoriesComeBack) {
  ModelConfig model;
  model.data_dim = 12;
  model.likelihood = Likelihood::categorical;
  model.categories = 4;
  EXPECT_EQ(model_from_fields(as_map(to_fields(model))), model);
}

const std::set<std::string> kLaterKeys{"categories",       "top_latent",  "top_hidden", "prior",
                                       "prior_components", "label_dim",   "label_kind", "order",
                                       "objective",        "samples",     "tc_weight",  "mmd_weight",
                                       "kl_cycles",        "kl_capacity", "free_bits",  "free_bits_total"};

// Files from before these keys do without them, and mean their defaults.
TEST(Schema, LaterKeysMayBeMissing) {
  Map model = as_map(to_fields(ModelConfig{})), train = as_map(to_fields(TrainConfig{}));
  for (const std::string& name : kLaterKeys) EXPECT_EQ(model.erase(name) + train.erase(name), 1u) << name;
  EXPECT_EQ(model_from_fields(model), ModelConfig{});
  EXPECT_EQ(train_from_fields(train), TrainConfig{});
}

TEST(Schema, MissingOrBadFieldsAreDataErrorsThatNameTheKey) {
  const auto refused = [](const Fields& all, const auto& read) {
    for (const auto& [name, value] : all) {
      Map fields = as_map(all);
      fields.erase(name);
      if (!kLaterKeys.contains(name))
        test::expect_error(Errc::data, {name, "missing"}, [&] { read(fields); });
      fields[name] = "?";
      test::expect_error(Errc::data, {name, "'?'"}, [&] { read(fields); });
    }
  };
  refused(to_fields(ModelConfig{}), [](const Map& fields) { (void)model_from_fields(fields); });
  refused(to_fields(TrainConfig{}), [](const Map& fields) { (void)train_from_fields(fields); });
}

TEST(Schema, ForeignFieldsAreNotLookedAt) {
  Map fields = as_map(to_fields(ModelConfig{}));
  fields["colour"] = "blue";
  EXPECT_EQ(model_from_fields(fields), ModelConfig{});
}

TEST(Schema, NamesAreUniqueAndInSnakeCase) {
  std::set<std::string> names;
  for (const Key& one : keys()) {
    EXPECT_TRUE(names.insert(one.words.name).second) << one.words.name;
    EXPECT_EQ(one.words.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_0123456789"), std::string::npos);
  }
}

TEST(Schema, HiddenSetsBothSidesInMirrorOrder) {
  Settings settings;
  key("hidden").parse(settings, "512,256");
  EXPECT_EQ(settings.model.encoder_hidden, (std::vector<std::int32_t>{512, 256}));
  EXPECT_EQ(settings.model.decoder_hidden, (std::vector<std::int32_t>{256, 512}));
}

TEST(Schema, VarianceIsANumberOrAWord) {
  Settings settings;
  key("variance").parse(settings, "0.25");
  EXPECT_EQ(settings.model.variance, Variance::fixed);
  EXPECT_EQ(settings.model.fixed_variance, 0.25);
  key("variance").parse(settings, "shared");
  EXPECT_EQ(settings.model.variance, Variance::shared);
  for (const char* text : {"fixed", "0", "-1", "per_dimension", "nan", ""}) {
    test::expect_error(Errc::invalid_argument, {text}, [&] { key("variance").parse(settings, text); });
  }
  test::expect_error(Errc::invalid_argument, {"did you mean 'per-dimension'?"},
                     [&] { key("variance").parse(settings, "per_dimension"); });
}

}  // namespace
}  // namespace cuvae::config
