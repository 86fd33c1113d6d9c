// How every choice is spelled in files, on the command line and in checkpoints: one table per enum.
#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "cuvae/config.hpp"
#include "src/core/check.hpp"
#include "src/core/shown.hpp"

namespace cuvae::config {

template <class Enum>
struct Name {
  Enum value;
  std::string_view word;
};
template <class Enum>
Name(Enum, const char*) -> Name<Enum>;  // clang before 17 does not find this by itself

template <class Enum>
inline constexpr std::array<Name<Enum>, 0> kNames{};

template <>
inline constexpr std::array kNames<Activation>{
    Name{Activation::relu, "relu"}, Name{Activation::tanh, "tanh"},         Name{Activation::gelu, "gelu"},
    Name{Activation::silu, "silu"}, Name{Activation::softplus, "softplus"}, Name{Activation::glu, "glu"},
};
template <>
inline constexpr std::array kNames<Likelihood>{
    Name{Likelihood::bernoulli, "bernoulli"},
    Name{Likelihood::gaussian, "gaussian"},
    Name{Likelihood::continuous_bernoulli, "continuous-bernoulli"},
    Name{Likelihood::laplace, "laplace"},
    Name{Likelihood::discretized_logistic, "discretized-logistic"},
    Name{Likelihood::categorical, "categorical"},
};
template <>
inline constexpr std::array kNames<Variance>{
    Name{Variance::fixed, "fixed"},
    Name{Variance::shared, "shared"},
    Name{Variance::per_dimension, "per-dimension"},
};
template <>
inline constexpr std::array kNames<Binarize>{
    Name{Binarize::none, "none"},
    Name{Binarize::dynamic, "dynamic"},
    Name{Binarize::threshold, "threshold"},
    Name{Binarize::once, "once"},
};
template <>
inline constexpr std::array kNames<Prior>{
    Name{Prior::standard, "standard"},
    Name{Prior::mixture, "mixture"},
    Name{Prior::vamp, "vamp"},
};
template <>
inline constexpr std::array kNames<LabelKind>{
    Name{LabelKind::one_hot, "one-hot"},
    Name{LabelKind::real, "real"},
};
template <>
inline constexpr std::array kNames<Initialization>{
    Name{Initialization::fan_in, "fan-in"},
    Name{Initialization::glorot, "glorot"},
    Name{Initialization::he, "he"},
};
template <>
inline constexpr std::array kNames<OutputBias>{
    Name{OutputBias::random, "random"},
    Name{OutputBias::data_mean, "data-mean"},
};
template <>
inline constexpr std::array kNames<Objective>{
    Name{Objective::elbo, "elbo"},     Name{Objective::elbo_sampled, "elbo-sampled"},
    Name{Objective::stl, "stl"},       Name{Objective::iwae, "iwae"},
    Name{Objective::dreg, "dreg"},     Name{Objective::tc_mws, "tc-mws"},
    Name{Objective::tc_mss, "tc-mss"}, Name{Objective::mmd, "mmd"},
};
template <>
inline constexpr std::array kNames<Optimizer>{
    Name{Optimizer::adam, "adam"},
    Name{Optimizer::adamw, "adamw"},
    Name{Optimizer::sgd, "sgd"},
    Name{Optimizer::iwae_adam, "iwae-adam"},
    Name{Optimizer::rmsprop, "rmsprop"},
    Name{Optimizer::adamax, "adamax"},
    Name{Optimizer::adam_normgrad, "adam-normgrad"},
};
template <>
inline constexpr std::array kNames<RowSequence>{
    Name{RowSequence::shuffled, "shuffled"},
    Name{RowSequence::filed, "filed"},
};
template <>
inline constexpr std::array kNames<Precision>{
    Name{Precision::fp32, "fp32"},
    Name{Precision::tf32, "tf32"},
    Name{Precision::bf16, "bf16"},
};

// The word for a value; empty where the value is none of the enumerators.
template <class Enum>
std::string_view word_for(Enum value) {
  const auto found = std::ranges::find(kNames<Enum>, value, &Name<Enum>::value);
  return found == kNames<Enum>.end() ? std::string_view() : found->word;
}

// All words, in order: "relu|tanh|gelu".
template <class Enum>
std::string words(std::string_view separator = "|") {
  std::string text;
  for (const Name<Enum>& name : kNames<Enum>)
    text += (text.empty() ? "" : std::string(separator)) + std::string(name.word);
  return text;
}

// The value spelled `word`. Throws Error(invalid_argument): what was given, what is allowed, what was meant.
template <class Enum>
Enum parse(std::string_view word) {
  const auto found = std::ranges::find(kNames<Enum>, word, &Name<Enum>::word);
  if (found != kNames<Enum>.end()) return found->value;
  std::vector<std::string_view> candidates;
  for (const Name<Enum>& name : kNames<Enum>) candidates.push_back(name.word);
  const std::string hint = detail::did_you_mean(word, candidates);
  throw Error(Errc::invalid_argument, "'" + core::shown(word) + "' is none of " + words<Enum>(", ") +
                                          (hint.empty() ? "" : "; " + hint));
}

}  // namespace cuvae::config
