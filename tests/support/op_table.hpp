// The table of ops. Each row says once what every check of an op needs to know: the gradient test
// (tests/unit) and the parity of a backend's loops (tests/backend) run over it.
#pragma once

#include <array>
#include <string_view>
#include <tuple>
#include <vector>

#include "kernels/ops/activation.hpp"
#include "kernels/ops/bernoulli_nll.hpp"
#include "kernels/ops/binarize.hpp"
#include "kernels/ops/continuous_bernoulli_nll.hpp"
#include "kernels/ops/discretized_logistic_nll.hpp"
#include "kernels/ops/element_wise.hpp"
#include "kernels/ops/gaussian_density.hpp"
#include "kernels/ops/gaussian_latent.hpp"
#include "kernels/ops/gaussian_nll.hpp"
#include "kernels/ops/glu.hpp"
#include "kernels/ops/laplace_nll.hpp"
#include "kernels/ops/optimizer.hpp"

namespace cuvae::test {

// How a loop gets an input: a value per element, one row that repeats, or nothing at all.
enum class Feed { per_element, one_row, unread };

// Values to try, away from kinks.
struct Input {
  double low = 0, high = 0;
  Feed feed = Feed::per_element;
};

// out[output] is the gradient of the row's loss, times its weight, with respect to in[input].
struct Gradient {
  int output, input;
};

enum class RowLoss { none, summed };

// tolerance: of float against double, as an error in the inputs (compare.hpp); `why` is its reason.
template <class Operation>
struct RowOp {
  using Op = Operation;
  std::string_view name;
  Op op;
  std::array<Input, Op::kIn> inputs;
  RowLoss loss = RowLoss::none;
  std::vector<Gradient> gradients = {};
  double tolerance = 0;
  std::string_view why = "";
};

template <class Operation>
struct MapOp {
  using Op = Operation;
  std::string_view name;
  Op op;
  std::array<Input, Op::kIn> inputs;
  double tolerance = 0;
  std::string_view why = "";
};

inline constexpr Input kLogit{-30, 30}, kProbability{0, 1}, kValue{-3, 3}, kGradient{-2, 2};
inline constexpr Input kLogVar{-14, 14};  // before its bound, on both sides of 10
inline constexpr Input kLogVarNear{-4, 4};
inline constexpr Input kLogVarRow{-14, 14, Feed::one_row}, kBias{-1, 1, Feed::one_row};
inline constexpr Input kBelow{-3, -0.01}, kAbove{0.01, 3};  // of one another, away from where they are equal
inline constexpr Input kAroundUnit{-0.5, 1.5};
inline constexpr Input kSmoothLogVarRow{-6, 14, Feed::one_row};  // not a step to finite differences
inline constexpr Input kUnread{0, 0, Feed::unread};

template <class Function>
RowOp<ops::BiasActivation<Function>> forward_of(std::string_view name, double tolerance,
                                                std::string_view why) {
  return {.name = name, .op = {}, .inputs = {kValue, kBias}, .tolerance = tolerance, .why = why};
}

// `kept` is what the derivative is taken from: the output, or the input where the function keeps it.
template <class Function>
RowOp<ops::ActivationBackward<Function>> backward_of(std::string_view name, Input kept, double tolerance,
                                                     std::string_view why) {
  return {.name = name, .op = {}, .inputs = {kGradient, kept}, .tolerance = tolerance, .why = why};
}

// epsilon over sigma: the log-variance stays where neither vanishes.
template <ops::SampleGradient kGradient>
RowOp<ops::LatentAloneBackward<kGradient>> latent_alone_backward(std::string_view name) {
  return {.name = name,
          .op = {},
          .inputs = {kValue, kLogVar, test::kGradient},
          .tolerance = 2e-6,
          .why = "exp of the log-variance, twice"};
}

inline constexpr ops::Adam kAdam{
    .beta1 = 0.9f, .beta2 = 0.999f, .one_minus_beta1 = 0.1f, .one_minus_beta2 = 0.001f, .epsilon = 1e-8f};

inline constexpr ops::Adam with_decay(ops::Adam op, float weight_decay, float decoupled_decay) {
  op.weight_decay = weight_decay;
  op.decoupled_decay = decoupled_decay;
  return op;
}

// What ops that change from step to step are bound to.
inline ops::StepState table_state() {
  ops::StepState state;
  state.pass = {.row_weight = 1.0f / 96,
                .kl_weight = 0.7f,
                .learning_rate = 0.01f,
                .first_correction = 2.5f,
                .second_correction = 200.0f,
                .square_left = 0.96f,
                .gradient_factor = 96.0f,
                .batch_rows = 96.0f};
  state.step = 41;
  state.gradient_scale = 0.375f;
  return state;
}

inline auto row_ops() {
  using namespace ops;
  constexpr std::string_view kRounding = "a few roundings", kExact = "no arithmetic";
  constexpr std::string_view kFunctions = "exp and log to a few units in the last place";
  constexpr std::string_view kCancels = "1 + tanh and 1 - tanh^2 cancel far from 0";
  return std::tuple{
      RowOp<BernoulliNll>{
          "bernoulli_nll", {}, {kLogit, kProbability}, RowLoss::summed, {{0, 0}}, 1e-6, kFunctions},
      RowOp<Sigmoid>{"sigmoid", {}, {kLogit}, RowLoss::none, {}, 1e-6, kFunctions},
      RowOp<GaussianNll>{
          "gaussian_nll", {}, {kValue, kValue, kLogVarRow}, RowLoss::summed, {{0, 0}}, 1e-6, kFunctions},
      RowOp<GaussianNllLearned>{"gaussian_nll_learned",
                                {},
                                {kValue, kValue, kLogVarRow},
                                RowLoss::summed,
                                {{0, 0}, {1, 2}},
                                1e-6,
                                kFunctions},
      RowOp<ContinuousBernoulliNll>{"continuous_bernoulli_nll",
                                    {},
                                    {kLogit, kProbability},
                                    RowLoss::summed,
                                    {{0, 0}},
                                    1e-6,
                                    kFunctions},
      RowOp<ContinuousBernoulliMean>{
          "continuous_bernoulli_mean", {}, {kLogit}, RowLoss::none, {}, 1e-6, kFunctions},
      RowOp<LaplaceNll>{
          "laplace_nll", {}, {kBelow, kAbove, kLogVarRow}, RowLoss::summed, {{0, 0}}, 1e-6, kFunctions},
      RowOp<LaplaceNllLearned>{"laplace_nll_learned",
                               {},
                               {kAbove, kBelow, kLogVarRow},
                               RowLoss::summed,
                               {{0, 0}, {1, 2}},
                               1e-6,
                               kFunctions},
      RowOp<DiscretizedLogisticNll>{"discretized_logistic_nll",
                                    {},
                                    {kAroundUnit, kProbability, kLogVarRow},
                                    RowLoss::summed,
                                    {},
                                    1e-6,
                                    kFunctions},
      RowOp<DiscretizedLogisticNllLearned>{"discretized_logistic_nll_learned",
                                           {},
                                           {kAroundUnit, kProbability, kSmoothLogVarRow},
                                           RowLoss::summed,
                                           {{0, 0}, {1, 2}},
                                           1e-6,
                                           kFunctions},
      RowOp<SampleLatent>{"sample_latent", {}, {kValue, kLogVar}, RowLoss::summed, {}, 1e-6, kFunctions},
      RowOp<LatentBackward>{
          "latent_backward", {}, {kValue, kLogVar, kGradient}, RowLoss::none, {}, 1e-6, kFunctions},
      RowOp<SampleLatentAlone>{
          "sample_latent_alone", {}, {kValue, kLogVar}, RowLoss::summed, {}, 2e-6, kFunctions},
      latent_alone_backward<SampleGradient::total>("latent_alone_backward"),
      latent_alone_backward<SampleGradient::path>("latent_alone_backward_path"),
      latent_alone_backward<SampleGradient::doubly>("latent_alone_backward_doubly"),
      RowOp<GaussianDensity>{
          "gaussian_density", {}, {kValue, kValue, kLogVarNear}, RowLoss::summed, {}, 2e-6, kFunctions},
      RowOp<ClampUnit>{"clamp_unit", {}, {kValue}, RowLoss::none, {}, 0, kExact},
      RowOp<ClampUnitBackward>{"clamp_unit_backward", {}, {kGradient, kValue}, RowLoss::none, {}, 0, kExact},
      RowOp<Sum>{"sum", {}, {kValue, kValue}, RowLoss::none, {}, 1e-6, kRounding},
      RowOp<BoundLogVar>{"bound_log_var", {}, {{-40, 40}}, RowLoss::none, {}, 1e-6, kFunctions},
      RowOp<PriorSample>{
          "prior_sample", {}, {kUnread}, RowLoss::none, {}, 1e-6, "sin, cos and log of the draw"},
      RowOp<BinarizeDynamic>{"binarize_dynamic", {}, {kProbability}, RowLoss::none, {}, 0, kExact},
      RowOp<BinarizeThreshold>{"binarize_threshold", {}, {kProbability}, RowLoss::none, {}, 0, kExact},
      forward_of<Identity>("bias_identity", 1e-6, kRounding),
      forward_of<Relu>("bias_relu", 1e-6, kRounding),
      forward_of<Tanh>("bias_tanh", 1e-6, kFunctions),
      forward_of<Gelu>("bias_gelu", 4e-6, kCancels),
      forward_of<Silu>("bias_silu", 1e-6, kFunctions),
      forward_of<Softplus>("bias_softplus", 1e-6, kFunctions),
      backward_of<Identity>("identity_backward", {-4, 4}, 0, kExact),
      backward_of<Relu>("relu_backward", {-4, 4}, 0, kExact),
      backward_of<Tanh>("tanh_backward", {-1, 1}, 1e-6, kRounding),
      backward_of<Gelu>("gelu_backward", {-4, 4}, 2e-5, kCancels),
      backward_of<Silu>("silu_backward", {-20, 20}, 1e-6, kFunctions),
      backward_of<Softplus>("softplus_backward", {0.001, 20}, 1e-6, kFunctions),
      RowOp<Glu>{"glu", {}, {kValue, kLogit}, RowLoss::none, {}, 1e-6, kFunctions},
      RowOp<GluBackward>{
          "glu_backward", {}, {kGradient, kValue, kLogit}, RowLoss::none, {}, 1e-6, kFunctions},
  };
}

inline auto map_ops() {
  using ops::AdaMax, ops::Adam, ops::IwaeAdam, ops::RmsProp, ops::Sgd;
  constexpr Input kMoment{-1, 1}, kSquare{1e-4, 1};
  constexpr std::string_view kRounding = "a few roundings";
  return std::tuple{
      MapOp<Adam>{
          "adam", with_decay(kAdam, 0.05f, 0.0f), {kValue, kMoment, kSquare, kGradient}, 1e-6, kRounding},
      MapOp<Adam>{
          "adamw", with_decay(kAdam, 0.0f, 0.05f), {kValue, kMoment, kSquare, kGradient}, 1e-6, kRounding},
      MapOp<IwaeAdam>{"iwae_adam",
                      {.beta1 = 0.9f,
                       .beta2 = 0.999f,
                       .one_minus_beta1 = 0.1f,
                       .one_minus_beta2 = 0.001f,
                       .epsilon = 1e-8f,
                       .weight_decay = 0.05f},
                      {kValue, kMoment, kSquare, kGradient},
                      1e-6,
                      kRounding},
      MapOp<AdaMax>{
          "adamax",
          {.beta1 = 0.9f, .beta2 = 0.999f, .one_minus_beta1 = 0.1f, .epsilon = 1e-8f, .weight_decay = 0.05f},
          {kValue, kMoment, kSquare, kGradient},
          1e-6,
          kRounding},
      MapOp<RmsProp>{"rmsprop",
                     {.decay = 0.999f, .one_minus_decay = 0.001f, .epsilon = 1e-8f, .weight_decay = 0.05f},
                     {kValue, kSquare, kGradient},
                     1e-6,
                     kRounding},
      MapOp<Sgd>{
          "sgd", {.momentum = 0.9f, .weight_decay = 0.05f}, {kValue, kMoment, kGradient}, 1e-6, kRounding},
  };
}

// visit(row) for each row of a table.
template <class Table, class Visit>
void for_each(const Table& table, const Visit& visit) {
  std::apply([&](const auto&... row) { (visit(row), ...); }, table);
}

}  // namespace cuvae::test
