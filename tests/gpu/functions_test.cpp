// The functions of kernels/cuda/fast.cuh within the bounds they state, and cuRAND's Philox against its twin.
#include "gpu/functions.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "kernels/ops/element.hpp"
#include "kernels/ops/noise.hpp"
#include "support/draws.hpp"
#include "support/gpu.hpp"

namespace cuvae::test {
namespace {

using FunctionsOnGpu = OnGpu;

constexpr std::int64_t kDraws = 1 << 20;

struct Bound {
  Function function;
  double low, high;
  std::function<double(double)> exact;
  std::function<double(double, double)> allowed;  // x, exact
};

void expect_within(const Bound& bound) {
  const std::vector<float> x = Draws(91).floats(kDraws, {bound.low, bound.high}),
                           y = on_gpu(bound.function, x);
  double worst = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double at = static_cast<double>(x[i]), exact = bound.exact(at);
    const double share = std::abs(static_cast<double>(y[i]) - exact) / bound.allowed(at, exact);
    ASSERT_LE(share, 1) << "function " << static_cast<int>(bound.function) << " at " << at << ": " << y[i]
                        << " instead of " << exact;
    worst = std::max(worst, share);
  }
  testing::Test::RecordProperty("worst_share_of_bound", std::to_string(worst));
}

std::function<double(double, double)> relative(double bound) {
  return [bound](double, double exact) { return bound * std::abs(exact) + 1e-37; };
}
std::function<double(double, double)> absolute(double bound) {
  return [bound](double, double) { return bound; };
}

TEST_F(FunctionsOnGpu, KeepTheBoundsTheyState) {
  const auto exp = [](double x) { return std::exp(x); };
  const auto of_exp = [](double x, double exact) { return (0x1p-22 + 0x1p-23 * std::abs(x)) * exact; };
  expect_within({Function::exp, -80, 80, exp, of_exp});
  expect_within({Function::exp, -1, 1, exp, of_exp});
  for (const double range : {0.4, 1.0, 15.0})
    expect_within(
        {Function::expm1, -range, range, [](double x) { return std::expm1(x); }, relative(0x1p-19)});
  for (const auto& [low, high] : {std::pair{0.9, 1.1}, std::pair{1e-7, 1.0}, std::pair{1.0, 65536.0}})
    expect_within({Function::log, low, high, [](double x) { return std::log(x); }, relative(0x1p-18)});
  for (const double range : {1e-6, 0.1, 1.0})
    expect_within({Function::log1p, 0, range, [](double x) { return std::log1p(x); }, relative(0x1p-18)});
  for (const double range : {2.0, 1e30})
    expect_within({Function::reciprocal, 1e-3, range, [](double x) { return 1 / x; }, relative(0x1p-22)});
  for (const double range : {1.0, 1e30})
    expect_within({Function::sqrt, 0, range, [](double x) { return std::sqrt(x); }, relative(0x1p-22)});
  expect_within({Function::sin, 0, 6.2831853, [](double x) { return std::sin(x); },
                 absolute(0x1p-20 / std::sqrt(2.0))});
  expect_within({Function::cos, 0, 6.2831853, [](double x) { return std::cos(x); },
                 absolute(0x1p-20 / std::sqrt(2.0))});
  expect_within({Function::tanh, -10, 10, [](double x) { return std::tanh(x); }, relative(0x1p-21)});
}

TEST_F(FunctionsOnGpu, ANanStaysOne) {
  const std::vector<float> nan{std::nanf("")};
  for (const Function function :
       {Function::exp, Function::expm1, Function::log, Function::log1p, Function::reciprocal, Function::sqrt,
        Function::sin, Function::cos, Function::tanh, Function::bf16})
    EXPECT_TRUE(std::isnan(on_gpu(function, nan)[0])) << static_cast<int>(function);
}

// Every radius of Box-Muller there is. Near 0 a relative error of the logarithm is half of one in the radius.
TEST_F(FunctionsOnGpu, GiveEveryRadius) {
  constexpr std::uint32_t kAll = 1u << 24;
  const std::vector<float> radii = radii_on_gpu(0, kAll);
  for (std::uint32_t w = 0; w < kAll; ++w) {
    const double exact = std::sqrt(-2 * std::log((w + 1) * 0x1p-24));
    ASSERT_NEAR(static_cast<double>(radii[w]), exact, 0x1p-18 * exact + 1e-12) << w;
  }
}

TEST_F(FunctionsOnGpu, RoundToBf16AsTheHostDoes) {
  const std::vector<float> x = Draws(92).floats(kDraws, {-1e5, 1e5}), y = on_gpu(Function::bf16, x);
  for (std::size_t i = 0; i < x.size(); ++i) ASSERT_EQ(y[i], ops::Bf16::from(x[i]).value()) << x[i];
}

TEST_F(FunctionsOnGpu, DrawThePhiloxOfTheirTwin) {
  Draws draws(93);
  const auto word = [&] { return static_cast<std::uint32_t>(draws.below(std::int64_t{1} << 32)); };
  for (int keys = 0; keys < 8; ++keys) {
    const ops::PhiloxKey key{{word(), word()}};
    std::vector<ops::PhiloxBlock> counters;
    for (int i = 0; i < 1 << 14; ++i) counters.push_back({{word(), word(), word(), word()}});
    counters.push_back({{0, 0, 0, 0}});
    counters.push_back({{~0u, ~0u, ~0u, ~0u}});
    const auto blocks = philox_on_gpu(counters, key);
    for (std::size_t i = 0; i < counters.size(); ++i) {
      const ops::PhiloxBlock twin = ops::philox4x32_10(counters[i], key);
      for (int w = 0; w < 4; ++w) ASSERT_EQ(blocks[i].x[w], twin.x[w]) << i;
    }
  }
}

}  // namespace
}  // namespace cuvae::test
