// Activations against their published formulas, and what they do with what is not a number.
#include "kernels/ops/activation.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "kernels/ops/glu.hpp"

namespace cuvae::test {
namespace {

using namespace cuvae::ops;

TEST(Activation, ValuesAreThoseOfTheFormulas) {
  for (double y = -20; y <= 20; y += 0.0625) {
    EXPECT_EQ(Identity::value(y), y);
    EXPECT_EQ(Relu::value(y), std::max(y, 0.0));
    EXPECT_DOUBLE_EQ(Tanh::value(y), std::tanh(y));
    EXPECT_NEAR(Softplus::value(y), std::log(1 + std::exp(y)), 1e-14);
    EXPECT_NEAR(Silu::value(y), y / (1 + std::exp(-y)), 1e-14);
    const double cubic = std::sqrt(2 / M_PI) * (y + 0.044715 * y * y * y);
    EXPECT_NEAR(Gelu::value(y), y / 2 * (1 + std::tanh(cubic)), 1e-7);  // its constants are floats
  }
}

TEST(Activation, OutputAndKeptInputAreOfTheSumWithTheBias) {
  const auto term = BiasActivation<Gelu>()({0.75, -2.0});
  EXPECT_EQ(term.out[0], Gelu::value(-1.25));
  EXPECT_EQ(term.out[1], -1.25);
  EXPECT_EQ(BiasActivation<Tanh>()({0.75, -2.0}).out[0], Tanh::value(-1.25));
}

TEST(Activation, TheGatedUnitIsItsFirstHalfTimesTheSigmoidOfTheSecond) {
  EXPECT_EQ(Glu()({3.0, 0.0}).out[0], 1.5);
  EXPECT_NEAR(Glu()({3.0, -2.0}).out[0], 3 / (1 + std::exp(2.0)), 1e-15);
  EXPECT_EQ(Glu()({3.0, 800.0}).out[0], 3.0);
  EXPECT_EQ(Glu()({3.0, -800.0}).out[0], 0.0);
}

template <class Function>
void expect_nan_stays() {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_TRUE(std::isnan(Function::value(nan)));
  EXPECT_TRUE(std::isnan(ActivationBackward<Function>()({nan, 0.5f}).out[0]));
}

TEST(Activation, NanStaysNan) {
  expect_nan_stays<Identity>();
  expect_nan_stays<Relu>();
  expect_nan_stays<Tanh>();
  expect_nan_stays<Gelu>();
  expect_nan_stays<Silu>();
  expect_nan_stays<Softplus>();
}

}  // namespace
}  // namespace cuvae::test
