#include "kernels/ops/soft_bound.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace cuvae::test {
namespace {

using ops::soft_bound;

double by_the_formula(double raw) {
  const double size = std::abs(raw);
  return size <= 10 ? raw : std::copysign(10 + 5 * std::tanh((size - 10) / 5), raw);
}

TEST(SoftBound, IsTheIdentityThenBendsAndItsDerivativeIsThatOfIts) {
  constexpr double kStep = 1e-5;
  for (double raw = -60; raw <= 60; raw += 0.01) {
    const auto bounded = soft_bound(raw);
    EXPECT_NEAR(bounded.value, by_the_formula(raw), 1e-6) << raw;  // 1/5 is a float
    const double slope = (soft_bound(raw + kStep).value - soft_bound(raw - kStep).value) / (2 * kStep);
    EXPECT_NEAR(bounded.derivative, slope, 1e-7) << raw;
  }
  EXPECT_EQ(soft_bound(-9.75).value, -9.75);
  EXPECT_EQ(soft_bound(9.75).derivative, 1.0);
}

TEST(SoftBound, CanBeUndone) {
  for (double value = -14.9; value <= 14.9; value += 0.01)
    EXPECT_NEAR(soft_bound(ops::before_soft_bound(value)).value, value, 1e-6);
  EXPECT_EQ(ops::before_soft_bound(-9.75), -9.75);
}

TEST(SoftBound, JoinsSmoothlyAtTen) {
  for (const double sign : {-1.0, 1.0}) {
    EXPECT_EQ(soft_bound(sign * 10).value, sign * 10);
    EXPECT_EQ(soft_bound(sign * 10).derivative, 1.0);
    const auto beyond = soft_bound(sign * (10 + 1e-6));
    EXPECT_NEAR(beyond.value, sign * (10 + 1e-6), 1e-12);
    EXPECT_NEAR(beyond.derivative, 1.0, 1e-9);
  }
}

template <class Real>
void expect_monotone_and_inside() {
  Real before = -15;
  for (Real raw = -40; raw <= 40; raw += Real(0.03125)) {
    const auto bounded = soft_bound(raw);
    EXPECT_GE(bounded.value, before) << raw;
    EXPECT_LE(std::abs(bounded.value), Real(15)) << raw;
    EXPECT_GE(bounded.derivative, Real(0)) << raw;
    EXPECT_LE(bounded.derivative, Real(1)) << raw;
    before = bounded.value;
  }
}

TEST(SoftBound, IsMonotoneAndInsideFifteen) {
  expect_monotone_and_inside<float>();
  expect_monotone_and_inside<double>();
  EXPECT_LT(soft_bound(30.0).value, 15.0);  // where tanh is not yet rounded to 1
  EXPECT_GT(soft_bound(-30.0f).value, -15.0f);
}

TEST(SoftBound, TakesInfinityAndKeepsNan) {
  const float infinity = std::numeric_limits<float>::infinity();
  EXPECT_EQ(soft_bound(infinity).value, 15.0f);
  EXPECT_EQ(soft_bound(-infinity).value, -15.0f);
  EXPECT_EQ(soft_bound(infinity).derivative, 0.0f);
  EXPECT_TRUE(std::isnan(soft_bound(std::numeric_limits<float>::quiet_NaN()).value));
}

}  // namespace
}  // namespace cuvae::test
