#include "src/model/layout.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "config/expect_error.hpp"
#include "model/padding.hpp"

namespace cuvae::test {
namespace {

using model::Layout;
using model::Tensor;

ModelConfig odd_model() {
  ModelConfig config;
  config.data_dim = 13;
  config.encoder_hidden = {9, 7};
  config.decoder_hidden = {11};
  config.latent = 3;
  config.likelihood = Likelihood::gaussian;
  config.variance = Variance::per_dimension;
  return config;
}

std::vector<ModelConfig> models() {
  std::vector<ModelConfig> all{odd_model()};
  for (const std::int32_t latent : {1, 8, 50}) {
    ModelConfig config = odd_model();
    config.latent = latent;
    config.variance = Variance::shared;
    all.push_back(config);
    config.encoder_hidden = config.decoder_hidden = {};
    all.push_back(config);
  }
  return all;
}

const Tensor& tensor(const Layout& layout, const std::string& name) {
  return *std::find_if(layout.tensors().begin(), layout.tensors().end(),
                       [&](const Tensor& t) { return t.name == name; });
}

// 1, 2, 3, ... in every parameter, so that a misplaced one shows.
std::vector<Parameter> numbered(const Layout& layout) {
  std::vector<Parameter> parameters =
      layout.to_parameters(std::vector<float>(static_cast<std::size_t>(layout.size())));
  float next = 1;
  for (Parameter& p : parameters) {
    std::iota(p.values.begin(), p.values.end(), next);
    next += static_cast<float>(p.values.size());
  }
  return parameters;
}

TEST(Layout, NamesAndShapesAreThoseOfPyTorchLinears) {
  const Layout layout(odd_model());
  std::vector<std::pair<std::string, std::vector<std::int64_t>>> found;
  for (const Tensor& t : layout.tensors()) found.emplace_back(t.name, t.shape());
  const decltype(found) wanted{{"encoder.0.weight", {9, 13}},
                               {"encoder.0.bias", {9}},
                               {"encoder.1.weight", {7, 9}},
                               {"encoder.1.bias", {7}},
                               {"encoder.mean.weight", {3, 7}},
                               {"encoder.mean.bias", {3}},
                               {"encoder.log_var.weight", {3, 7}},
                               {"encoder.log_var.bias", {3}},
                               {"decoder.0.weight", {11, 3}},
                               {"decoder.0.bias", {11}},
                               {"decoder.output.weight", {13, 11}},
                               {"decoder.output.bias", {13}},
                               {"decoder.log_var", {13}}};
  EXPECT_EQ(found, wanted);
}

TEST(Layout, LearnedVarianceHasATensorOnlyWhereItIsLearned) {
  ModelConfig config = odd_model();
  config.variance = Variance::shared;
  EXPECT_EQ(tensor(Layout(config), "decoder.log_var").shape(), std::vector<std::int64_t>{1});
  config.variance = Variance::fixed;
  EXPECT_EQ(Layout(config).log_var(), -1);
  EXPECT_EQ(Layout(config).tensors().size(), 12u);
  config.likelihood = Likelihood::bernoulli;
  EXPECT_EQ(Layout(config).log_var(), -1);
}

TEST(Layout, SlotsStartAt256Bytes) {
  for (const ModelConfig& config : models()) {
    const Layout layout(config);
    std::vector<model::DenseSlot> slots = layout.encoder();
    slots.insert(slots.end(), layout.decoder().begin(), layout.decoder().end());
    slots.push_back(layout.head());
    slots.push_back(layout.output());
    for (const model::DenseSlot& slot : slots) {
      EXPECT_EQ(slot.weight % 64, 0);
      EXPECT_EQ(slot.bias % 64, 0);
      EXPECT_EQ(slot.in % 8, 0);
      EXPECT_EQ(slot.out % 8, 0);
    }
    EXPECT_EQ(layout.log_var() % 64, 0);
    EXPECT_EQ(layout.size() % 64, 0);
  }
}

TEST(Layout, TensorsNeverOverlapAndStayInside) {
  for (const ModelConfig& config : models()) {
    const Layout layout(config);
    std::vector<int> owners(static_cast<std::size_t>(layout.size()));
    for (const Tensor& t : layout.tensors()) {
      for (std::int64_t row = 0; row < t.rows; ++row) {
        for (std::int64_t col = 0; col < t.cols; ++col)
          ++owners.at(static_cast<std::size_t>(t.offset + row * t.ld + col));
      }
    }
    EXPECT_LE(*std::max_element(owners.begin(), owners.end()), 1);
    EXPECT_EQ(std::accumulate(owners.begin(), owners.end(), std::int64_t{0}), layout.parameter_count());
  }
}

TEST(Layout, HeadIsMeanThenLogVarEachPaddedToEight) {
  for (const ModelConfig& config : models()) {
    const Layout layout(config);
    const std::int64_t padded_latent = (config.latent + 7) / 8 * 8;
    const Tensor &mean = tensor(layout, "encoder.mean.weight"),
                 &log_var = tensor(layout, "encoder.log_var.weight");
    EXPECT_EQ(mean.offset, layout.head().weight);
    EXPECT_EQ(log_var.offset, mean.offset + padded_latent * mean.ld);
    EXPECT_EQ(tensor(layout, "encoder.mean.bias").offset, layout.head().bias);
    EXPECT_EQ(tensor(layout, "encoder.log_var.bias").offset, layout.head().bias + padded_latent);
    EXPECT_EQ(layout.head().out, 2 * padded_latent);
  }
}

TEST(Layout, ReferenceModelHas652824Parameters) {
  ModelConfig config;
  config.data_dim = 784;
  EXPECT_EQ(Layout(config).parameter_count(), 652'824);
}

TEST(Layout, ParametersMakeTheRoundTripAndLeavePaddingZero) {
  for (const ModelConfig& config : models()) {
    const Layout layout(config);
    std::vector<Parameter> given = numbered(layout);
    const std::vector<float> arena = layout.from_parameters(given);
    EXPECT_EQ(dirty_padding(layout, arena), 0);
    const std::vector<Parameter> back = layout.to_parameters(arena);
    ASSERT_EQ(back.size(), given.size());
    for (std::size_t i = 0; i < back.size(); ++i) {
      EXPECT_EQ(back[i].name, given[i].name);
      EXPECT_EQ(back[i].shape, given[i].shape);
      EXPECT_EQ(back[i].values, given[i].values);
    }
    std::reverse(given.begin(), given.end());
    EXPECT_EQ(layout.from_parameters(given), arena) << "found by name, in any order";
  }
}

TEST(Layout, RefusesParametersOfAnotherModel) {
  const Layout layout(odd_model());
  const auto expect_refused = [&](const std::vector<Parameter>& parameters, const std::string& names) {
    expect_error(Errc::invalid_argument, {names},
                 [&] { static_cast<void>(layout.from_parameters(parameters)); });
  };
  std::vector<Parameter> changed = numbered(layout);
  changed.pop_back();
  expect_refused(changed, "12");
  changed = numbered(layout);
  changed[4].name = "encoder.mu.weight";
  expect_refused(changed, "encoder.mean.weight");
  changed = numbered(layout);
  std::swap(changed[0].shape[0], changed[0].shape[1]);
  expect_refused(changed, "encoder.0.weight");
  changed = numbered(layout);
  changed[1].values.pop_back();
  expect_refused(changed, "encoder.0.bias");
  changed = numbered(layout);
  changed[3] = changed[1];
  expect_refused(changed, "encoder.1.bias");
}

}  // namespace
}  // namespace cuvae::test
