// Every gradient an op writes, against central differences of the double instantiation of the same text.
#include <gtest/gtest.h>

#include <algorithm>

#include "support/compare.hpp"
#include "support/draws.hpp"
#include "support/op_table.hpp"

namespace cuvae::test {
namespace {

constexpr int kPoints = 20'000;
constexpr double kTolerance = 1e-6;

// d f(in) / d in[which], by the five-point formula.
template <std::size_t kIn, class Function>
double central_difference(const Function& f, const std::array<double, kIn>& in, std::size_t which) {
  const double step = 1e-4 * std::max(1.0, std::abs(in[which]));
  const auto spread = [&](double steps) {
    auto above = in, below = in;
    above[which] += steps * step;
    below[which] -= steps * step;
    return f(above) - f(below);
  };
  return (8 * spread(1) - spread(2)) / (12 * step);
}

void expect_gradient(double actual, double expected, double magnitude) {
  EXPECT_LE(std::abs(actual - expected), kTolerance * (1e-3 + std::abs(expected)) + 1e-11 * magnitude)
      << "written: " << actual << ", differences: " << expected;
}

template <class Op>
std::array<double, Op::kIn> draw_inputs(const RowOp<Op>& row, Draws& draws) {
  std::array<double, Op::kIn> in;
  std::transform(row.inputs.begin(), row.inputs.end(), in.begin(),
                 [&](const Input& input) { return draws.of(input); });
  return in;
}

template <class Op, std::size_t kIn>
auto run(const Op& op, const std::array<double, kIn>& in, double eps = 0) {
  double values[kIn];
  std::copy(in.begin(), in.end(), values);
  return apply<double>(op, values, eps);
}

template <class Op>
void check_loss_gradients(const RowOp<Op>& row) {
  SCOPED_TRACE(row.name);
  const ops::StepState state = table_state();
  const Op op = ops::bind(row.op, state);
  const double weight = state.pass.row_weight;
  Draws draws(1);
  for (int point = 0; point < kPoints && !testing::Test::HasFailure(); ++point) {
    const auto in = draw_inputs(row, draws);
    const auto objective = [&](const auto& at) { return weight * run(op, at).loss; };
    const auto term = run(op, in);
    for (const Gradient& gradient : row.gradients) {
      SCOPED_TRACE("output " + std::to_string(gradient.output));
      expect_gradient(term.out[gradient.output],
                      central_difference(objective, in, static_cast<std::size_t>(gradient.input)),
                      weight * std::abs(term.loss));
    }
  }
}

TEST(Gradient, OfEveryLossIsItsDerivative) {
  int gradients = 0;
  for_each(row_ops(), [&](const auto& row) {
    gradients += static_cast<int>(row.gradients.size());
    check_loss_gradients(row);
  });
  EXPECT_EQ(gradients, 10);  // a table that lost its gradients would test nothing
}

// What z and the KL of SampleLatent add up to in the objective.
TEST(Gradient, OfTheLatentLayerIsTheDerivativeOfSamplingAndKl) {
  const ops::StepState state = table_state();
  const auto backward = ops::bind(ops::LatentBackward{}, state);
  const double kl_weight = state.pass.kl_weight * state.pass.row_weight;
  Draws draws(2);
  for (int point = 0; point < kPoints && !HasFailure(); ++point) {
    const std::array<double, 2> in{draws.of(kValue), draws.of(kLogVar)};
    const double d_z = draws.of(kGradient), eps = draws.uniform(-4, 4);
    const auto objective = [&](const std::array<double, 2>& at) {
      const auto sampled = run(ops::SampleLatent{}, at, eps);
      return d_z * sampled.out[0] + kl_weight * sampled.loss;
    };
    const auto sampled = run(ops::SampleLatent{}, in, eps);
    const double magnitude = std::abs(d_z * sampled.out[0]) + kl_weight * sampled.loss;  // the two may cancel
    const auto term = run(backward, std::array<double, 3>{in[0], in[1], d_z}, eps);
    for (std::size_t k = 0; k < 2; ++k) {
      SCOPED_TRACE(k == 0 ? "d_mean" : "d_log_var");
      expect_gradient(term.out[k], central_difference(objective, in, k), magnitude);
    }
  }
}

// Two inputs share the derivative: that of the product is that of the bias.
template <class Function>
void check_activation(const char* name) {
  SCOPED_TRACE(name);
  const ops::BiasActivation<Function> forward;
  Draws draws(3);
  for (int point = 0; point < kPoints && !testing::Test::HasFailure(); ++point) {
    const std::array<double, 2> in{draws.uniform(-6, 6), draws.of(kBias)};
    if (std::abs(in[0] + in[1]) < 2e-3) continue;  // the kink of relu
    const double d_h = draws.of(kGradient);
    const auto objective = [&](const std::array<double, 2>& at) { return d_h * run(forward, at).out[0]; };
    const auto term = run(forward, in);
    const double kept = term.out[Function::kKeepsInput ? 1 : 0];
    const double d_y = run(ops::ActivationBackward<Function>{}, std::array<double, 2>{d_h, kept}).out[0];
    expect_gradient(d_y, central_difference(objective, in, 0), std::abs(objective(in)));
    expect_gradient(d_y, central_difference(objective, in, 1), std::abs(objective(in)));
  }
}

TEST(Gradient, OfEveryActivationIsTheDerivativeOfItsValue) {
  check_activation<ops::Identity>("identity");
  check_activation<ops::Relu>("relu");
  check_activation<ops::Tanh>("tanh");
  check_activation<ops::Gelu>("gelu");
  check_activation<ops::Silu>("silu");
  check_activation<ops::Softplus>("softplus");
}

TEST(Gradient, OfTheGatedUnitIsTheDerivativeOfItsValue) {
  Draws draws(4);
  for (int point = 0; point < kPoints && !HasFailure(); ++point) {
    const std::array<double, 2> in{draws.of(kValue), draws.uniform(-8, 8)};
    const double d_h = draws.of(kGradient);
    const auto objective = [&](const std::array<double, 2>& at) { return d_h * run(ops::Glu{}, at).out[0]; };
    const auto term = run(ops::GluBackward{}, std::array<double, 3>{d_h, in[0], in[1]});
    for (std::size_t k = 0; k < 2; ++k)
      expect_gradient(term.out[k], central_difference(objective, in, k), std::abs(objective(in)));
  }
}

}  // namespace
}  // namespace cuvae::test
