// Every optimizer over 1000 steps against its published algorithm, written down plainly.
#include "kernels/ops/optimizer.hpp"

#include <gtest/gtest.h>

#include "support/draws.hpp"
#include "support/op_table.hpp"

namespace cuvae::test {
namespace {

constexpr int kSteps = 1000;
constexpr double kRate = 0.01, kDecay = 0.05, kScale = 0.375;
constexpr double kTolerance = 1e-6;  // the ops' hyper-parameters are floats

struct Parameter {
  double value = 0, first = 0, second = 0;
};

enum class Decay { none, coupled, decoupled };

// Algorithm 1 of Kingma & Ba (2015) and algorithm 2 of Loshchilov & Hutter (2019).
void plain_adam(Parameter& p, double gradient, int t, Decay decay) {
  const double g = gradient * kScale + (decay == Decay::coupled ? kDecay * p.value : 0);
  p.first = 0.9 * p.first + 0.1 * g;
  p.second = 0.999 * p.second + 0.001 * g * g;
  const double first = p.first / (1 - std::pow(0.9, t)), second = p.second / (1 - std::pow(0.999, t));
  const double shrink = decay == Decay::decoupled ? kDecay * p.value : 0;
  p.value -= kRate * (first / (std::sqrt(second) + 1e-8) + shrink);
}

template <class Real>
void adam_step(Parameter& p, double gradient, int t, Decay decay) {
  ops::StepState state;
  state.pass.learning_rate = static_cast<float>(kRate);
  state.pass.first_correction = static_cast<float>(1 / (1 - std::pow(0.9, t)));
  state.pass.second_correction = static_cast<float>(1 / (1 - std::pow(0.999, t)));
  state.gradient_scale = static_cast<float>(kScale);
  const ops::Adam op =
      with_decay(kAdam, decay == Decay::coupled ? 0.05f : 0.0f, decay == Decay::decoupled ? 0.05f : 0.0f);
  const Real in[] = {Real(p.value), Real(p.first), Real(p.second), Real(gradient)};
  Real out[3];
  op.at(state)(in, out);
  p = {static_cast<double>(out[0]), static_cast<double>(out[1]), static_cast<double>(out[2])};
}

// A noisy slope towards 1, so that values, moments and their ratio all move.
double gradient_at(double value, Draws& draws) { return value - 1 + draws.uniform(-1, 1); }

TEST(Adam, FollowsThePublishedAlgorithm) {
  for (const Decay decay : {Decay::none, Decay::coupled, Decay::decoupled}) {
    Draws draws(21);
    Parameter plain{3}, wide{3}, narrow{3};
    for (int t = 1; t <= kSteps; ++t) {
      const double gradient = gradient_at(plain.value, draws);
      plain_adam(plain, gradient, t, decay);
      adam_step<double>(wide, gradient, t, decay);
      adam_step<float>(narrow, gradient, t, decay);
      ASSERT_NEAR(wide.value, plain.value, kTolerance * 10) << "step " << t;
      ASSERT_NEAR(wide.first, plain.first, kTolerance) << "step " << t;
      ASSERT_NEAR(wide.second, plain.second, kTolerance) << "step " << t;
      ASSERT_NEAR(narrow.value, plain.value, 1e-4) << "step " << t;
    }
    EXPECT_LT(plain.value, 2) << "the test should have moved the parameter";
  }
}

TEST(Adam, DecoupledDecayNeverEntersTheMoments) {
  Parameter p{2};
  for (int t = 1; t <= 100; ++t) adam_step<double>(p, 0, t, Decay::decoupled);
  EXPECT_EQ(p.first, 0);
  EXPECT_EQ(p.second, 0);
  EXPECT_NEAR(p.value, 2 * std::pow(1 - kRate * kDecay, 100), 1e-7);
  adam_step<double>(p, 0, 101, Decay::coupled);
  EXPECT_GT(p.first, 0);
}

// Three steps of the IWAE authors' variant, each of its five differences at work, worked out step by step:
// two rows, rate 0.1, beta1 0.99, beta2 0.999, epsilon 1e-4, mean gradients 1, -0.5, 0.25.
//   t  sum g    rate of the step                      parameter                         m after    v after
//   1   2    0.1 sqrt(0.001) / 0.01    = 0.316228     1 - 0 = 1                         0.02       0.999 +
//   0.004 2  -1    0.1 sqrt(0.001999)/0.0199 = 0.224673     1 - 0.224673 0.02/(sqrt(1.003) + 1e-4)
//                                                                                       0.0098     1.001997 +
//                                                                                       0.001
//   3   0.5  0.1 sqrt(0.002997)/0.029701 = 0.184320   - 0.184320 0.0098/(sqrt(1.002997) + 1e-4)
//                                                                                       0.014702   1.001994003
//                                                                                       + 0.00025
TEST(IwaeAdam, FollowsTheSequenceWorkedOutStepByStep) {
  const ops::IwaeAdam unbound{
      .beta1 = 0.99f, .beta2 = 0.999f, .one_minus_beta1 = 0.01f, .one_minus_beta2 = 0.001f, .epsilon = 1e-4f};
  const double gradients[] = {1, -0.5, 0.25};
  const double parameters[] = {1, 0.995513688, 0.993710233};
  const double firsts[] = {0.02, 0.0098, 0.014702};
  const double squares[] = {1.003, 1.002997, 1.002244003};
  double in[] = {1, 0, 0, 0}, out[3];
  for (int t = 1; t <= 3; ++t) {
    ops::StepState state;
    state.pass.gradient_factor = 2;
    state.pass.learning_rate = 0.1f;
    state.pass.first_correction = static_cast<float>(1 / (1 - std::pow(0.99, t)));
    state.pass.second_correction = static_cast<float>(1 / (1 - std::pow(0.999, t)));
    state.pass.square_left = static_cast<float>(std::pow(0.999, t - 1));
    in[3] = gradients[t - 1];
    unbound.at(state)(in, out);
    EXPECT_NEAR(out[0], parameters[t - 1], 1e-7) << "step " << t;
    EXPECT_NEAR(out[1], firsts[t - 1], 1e-8) << "step " << t;
    EXPECT_NEAR(out[2] + std::pow(0.999, t), squares[t - 1], 1e-7) << "step " << t;
    std::copy_n(out, 3, in);
  }
}

TEST(AdaMax, FollowsThePublishedAlgorithm) {
  const ops::AdaMax unbound{.beta1 = 0.9f, .beta2 = 0.999f, .one_minus_beta1 = 0.1f, .weight_decay = 0.05f};
  Draws draws(23);
  double value = 3, first = 0, largest = 0, in[] = {3, 0, 0, 0}, out[3];
  for (int t = 1; t <= kSteps; ++t) {
    ops::StepState state;
    state.pass.learning_rate = static_cast<float>(kRate);
    state.pass.first_correction = static_cast<float>(1 / (1 - std::pow(0.9, t)));
    state.gradient_scale = static_cast<float>(kScale);
    in[3] = gradient_at(value, draws);
    const double g = in[3] * kScale + kDecay * value;
    first = 0.9 * first + 0.1 * g;
    largest = std::max(0.999 * largest, std::abs(g));
    value -= kRate / (1 - std::pow(0.9, t)) * first / largest;
    unbound.at(state)(in, out);
    std::copy_n(out, 3, in);
    ASSERT_NEAR(in[0], value, kTolerance * 10) << "step " << t;
    ASSERT_NEAR(in[2], largest, kTolerance * 10) << "step " << t;
  }
  EXPECT_LT(value, 2) << "the test should have moved the parameter";
}

TEST(RmsProp, FollowsThePublishedAlgorithm) {
  ops::StepState state;
  state.pass.learning_rate = static_cast<float>(kRate);
  state.gradient_scale = static_cast<float>(kScale);
  const auto op =
      ops::RmsProp{.decay = 0.99f, .one_minus_decay = 0.01f, .epsilon = 1e-8f, .weight_decay = 0.05f}.at(
          state);
  Draws draws(24);
  double value = 3, square = 0, in[] = {3, 0, 0}, out[2];
  for (int t = 1; t <= kSteps; ++t) {
    in[2] = gradient_at(value, draws);
    const double g = in[2] * kScale + kDecay * value;
    square = 0.99 * square + 0.01 * g * g;
    value -= kRate * g / (std::sqrt(square) + 1e-8);
    op(in, out);
    std::copy_n(out, 2, in);
    ASSERT_NEAR(in[0], value, kTolerance * 10) << "step " << t;
    ASSERT_NEAR(in[1], square, kTolerance * 10) << "step " << t;
  }
  EXPECT_LT(value, 2) << "the test should have moved the parameter";
}

TEST(Sgd, FollowsThePublishedAlgorithm) {
  ops::StepState state;
  state.pass.learning_rate = static_cast<float>(kRate);
  state.gradient_scale = static_cast<float>(kScale);
  const auto op = ops::Sgd{.momentum = 0.9f, .weight_decay = 0.05f}.at(state);
  Draws draws(22);
  double value = 3, velocity = 0, in[] = {3, 0, 0}, out[2];
  for (int t = 1; t <= kSteps; ++t) {
    const double gradient = gradient_at(value, draws);
    velocity = 0.9 * velocity + kScale * gradient + kDecay * value;
    value -= kRate * velocity;
    in[2] = gradient;
    op(in, out);
    in[0] = out[0];
    in[1] = out[1];
    ASSERT_NEAR(in[0], value, kTolerance * 10) << "step " << t;
    ASSERT_NEAR(in[1], velocity, kTolerance * 10) << "step " << t;
  }
}

}  // namespace
}  // namespace cuvae::test
