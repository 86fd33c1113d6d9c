#include "src/config/schema.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <string_view>

#include "src/config/special_keys.hpp"

namespace cuvae::config {
namespace {

using Ends = NumberRange::Ends;
constexpr std::int64_t kMostSteps =
    std::numeric_limits<std::uint32_t>::max();  // the noise counts them in 32 bits
constexpr std::int64_t kMostRows = 1 << 24;
constexpr std::int64_t kMostColumns = 1 << 24;
constexpr std::int64_t kMostSamples = (1 << 16) - 1;  // the noise counts them in 16 bits
constexpr std::int64_t kMostComponents = 1 << 16;
constexpr std::int64_t kMostLatents = 1 << 16;
constexpr NumberRange kPositive{.ends = Ends::open_below};
constexpr NumberRange kNotNegative{};
constexpr NumberRange kEpsilon{.least =
                                   1e-16};  // its square is a normal float: kernels round smaller ones to 0
constexpr NumberRange kFraction{0.0, 1.0, Ends::open_above};

template <class Part, class Integer>
Key integer(Group group, Words words, Integer Part::*field, IntegerRange allowed) {
  return integer_key<Settings>(group, std::move(words), field, allowed);
}

Key number(Words words, double TrainConfig::*field, NumberRange allowed) {
  return number_key<Settings>(Group::train, std::move(words), field, allowed);
}

template <class Part, class Enum>
Key choice(Group group, std::string name, Enum Part::*field) {
  return choice_key<Settings>(group, std::move(name), field);
}

std::vector<Key> model_keys() {
  using M = ModelConfig;
  return {
      integer(Group::derived, {"data_dim", "N", "columns of the data"}, &M::data_dim, {0, kMostColumns}),
      hidden_key(),
      widths_key("encoder_hidden", "of the encoder alone", &M::encoder_hidden),
      widths_key("decoder_hidden", "of the decoder alone", &M::decoder_hidden),
      integer(Group::model, {"latent", "N", "latent dimensions"}, &M::latent, {1, kMostLatents}),
      integer(Group::model, {"top_latent", "N", "of a second stochastic layer; 0: none"}, &M::top_latent,
              {0, kMostLatents}),
      widths_key("top_hidden", "to the second layer; from it in reverse", &M::top_hidden),
      integer(Group::derived, {"label_dim", "N", "columns of the labels"}, &M::label_dim, {0, kMostColumns}),
      choice(Group::derived, "label_kind", &M::label_kind),
      choice(Group::model, "prior", &M::prior),
      integer(Group::model, {"prior_components", "N", "of a learned prior"}, &M::prior_components,
              {1, kMostComponents}),
      choice(Group::model, "activation", &M::activation),
      choice(Group::model, "likelihood", &M::likelihood),
      variance_key(),
      integer(Group::model, {"categories", "N", "columns of a group of the categorical"}, &M::categories,
              {0, kMostColumns}),
      choice(Group::model, "binarize", &M::binarize),
      choice(Group::model, "init", &M::initialization),
      choice(Group::model, "output_bias", &M::output_bias),
  };
}

std::vector<Key> train_keys() {
  using T = TrainConfig;
  const Group train = Group::train;
  return {
      seed_key<Settings>(train, {"seed", "N", "of weights, noise and order of rows"}, &T::seed),
      integer(train, {"epochs", "N", "passes over the data"}, &T::epochs, {1, kMostEpochs}),
      integer(train, {"max_steps", "N", "stop after so many updates; 0: no limit"}, &T::max_steps,
              {0, kMostSteps}),
      integer(train, {"batch", "N", "rows per update"}, &T::batch, {1, kMostRows}),
      integer(train, {"micro_batch", "N", "rows per pass, to save memory; 0: batch"}, &T::micro_batch,
              {0, kMostRows}),
      choice(train, "order", &T::order),
      choice(train, "objective", &T::objective),
      integer(train, {"samples", "K", "of z for each row"}, &T::samples, {1, kMostSamples}),
      choice(train, "optimizer", &T::optimizer),
      number({"lr", "X", "learning rate"}, &T::learning_rate, kPositive),
      schedule_key(),
      number({"beta1", "X", "decay of the mean gradient"}, &T::beta1, kFraction),
      number({"beta2", "X", "decay of its mean square"}, &T::beta2, kFraction),
      number({"epsilon", "X", "added to its root"}, &T::epsilon, kEpsilon),
      number({"momentum", "X", "SGD"}, &T::momentum, kFraction),
      number({"weight_decay", "X", "AdamW: decoupled; else in the gradient"}, &T::weight_decay, kNotNegative),
      number({"clip_norm", "X", "largest norm of the gradient; 0: any"}, &T::clip_norm, kNotNegative),
      number({"kl_weight", "X", "beta of a beta-VAE"}, &T::kl_weight, kNotNegative),
      number({"kl_warmup", "EPOCHS", "over which the KL weight rises from 0"}, &T::kl_warmup, kNotNegative),
      integer(train, {"kl_cycles", "N", "parts of the run, each with its warm-up"}, &T::kl_cycles,
              {1, kMostEpochs}),
      number({"kl_capacity", "NATS", "the KL is held at this, rising to it"}, &T::kl_capacity, kNotNegative),
      number({"free_bits", "NATS", "of KL that cost nothing, per dimension"}, &T::free_bits, kNotNegative),
      number({"free_bits_total", "NATS", "of KL that cost nothing, in all"}, &T::free_bits_total,
             kNotNegative),
      number({"tc_weight", "X", "beta of the total correlation"}, &T::tc_weight, kNotNegative),
      number({"mmd_weight", "X", "of the discrepancy of q(z) and p(z)"}, &T::mmd_weight, kNotNegative),
      integer(train, {"patience", "EPOCHS", "without a better validation ELBO; 0: never"}, &T::patience,
              {0, kMostEpochs}),
      number({"validation_fraction", "F", "of the rows, held out to validate"}, &T::validation_fraction,
             kFraction),
      choice(train, "precision", &T::precision),
  };
}

constexpr std::array<std::string_view, 24> kSpecial{
    "encoder_hidden", "decoder_hidden", "top_hidden",      "prior_components", "categories",
    "init",           "output_bias",    "max_steps",       "micro_batch",      "order",
    "beta1",          "beta2",          "epsilon",         "momentum",         "weight_decay",
    "kl_cycles",      "kl_capacity",    "free_bits_total", "tc_weight",        "mmd_weight",
    "clip_norm",      "lr_schedule",    "patience",        "precision"};

}  // namespace

std::span<const Key> keys() {
  static const std::vector<Key> all = [] {
    std::vector<Key> keys = model_keys();
    for (Key& key : train_keys()) keys.push_back(std::move(key));
    for (Key& key : keys) {
      if (std::ranges::find(kSpecial, key.words.name) != kSpecial.end())
        key.words.interest = Interest::special;
    }
    return keys;
  }();
  return all;
}

}  // namespace cuvae::config
