// From samples to figures.
#include "bench/kernels/report.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "bench/kernels/text.hpp"
#include "bench/samples.hpp"

namespace cuvae::bench {
namespace {

const Operation& bernoulli() { return *std::ranges::find(operations(), "bernoulli_nll", &Operation::name); }

const Ceilings kTop{.copy = 1e12, .flops = 1e15, .exponentials = 1e15, .divisions = 1e15, .launch = 1e-9};

Samples samples(double fused, double copy, double unfused) {
  return {.state = State::cold,
          .fused = std::vector<double>(21, fused),
          .unfused = std::vector<double>(7, unfused),
          .copy = std::vector<double>(21, copy),
          .clock_before = 2e9,
          .clock_after = 2e9};
}

TEST(Report, FiguresFollowFromSamples) {
  const Case which{&bernoulli(), {128, 784}, Type::fp32};
  const Row row = make_row(which, kTop, samples(4e-6, 3e-6, 10e-6), nullptr);
  EXPECT_DOUBLE_EQ(row.median_us, 4);
  EXPECT_NEAR(row.gb_per_s, static_cast<double>(row.bytes) / 4e-6 * 1e-9, 1e-9);
  EXPECT_NEAR(row.percent_copy, 75, 1e-9);
  EXPECT_NEAR(row.percent_roofline, 75, 1e-9);
  EXPECT_EQ(row.bound, "copy");
  EXPECT_NEAR(row.unfused_ratio.value(), 2.5, 1e-9);
  EXPECT_NEAR(row.clock_mhz, 2000, 1e-9);
  EXPECT_EQ(row.noise_percent, 0);
  EXPECT_EQ(row.mark, "");
}

TEST(Report, TheRooflineIsTheSlowestOfItsParts) {
  const Case which{&bernoulli(), {128, 784}, Type::fp32};
  Ceilings slow = kTop;
  slow.divisions = 128 * 784 / 3.6e-6;  // one division per element
  const Row row = make_row(which, slow, samples(4e-6, 3e-6, 10e-6), nullptr);
  EXPECT_EQ(row.bound, "functions");
  EXPECT_NEAR(row.percent_roofline, 90, 0.01);
  EXPECT_NEAR(row.percent_copy, 75, 1e-9);
  slow.launch = 4e-6;
  EXPECT_EQ(make_row(which, slow, samples(4e-6, 3e-6, 10e-6), nullptr).bound, "launch");
}

TEST(Report, TwoRunsTellTheNoise) {
  const Case which{&bernoulli(), {128, 784}, Type::fp32};
  const Samples first = samples(4.0e-6, 3e-6, 1e-5), second = samples(4.4e-6, 3e-6, 1e-5);
  const Row row = make_row(which, kTop, first, &second);
  EXPECT_NEAR(row.noise_percent, 100 * 0.4 / row.median_us, 1e-6);
  Samples spread = first;
  spread.fused[20] = spread.fused[19] = 8e-6;  // beyond the 95th of 100
  EXPECT_GT(make_row(which, kTop, spread, nullptr).noise_percent, 40);
}

TEST(Report, AClockThatMovesIsMarked) {
  const Case which{&bernoulli(), {128, 784}, Type::fp32};
  Samples throttled = samples(4e-6, 3e-6, 1e-5);
  throttled.clock_after = 1.5e9;
  EXPECT_EQ(make_row(which, kTop, throttled, nullptr).mark, "the clock moved by 25 %");
  Samples later = samples(4e-6, 3e-6, 1e-5);
  later.clock_before = later.clock_after = 1.8e9;
  const Samples first = samples(4e-6, 3e-6, 1e-5);
  EXPECT_EQ(make_row(which, kTop, first, &later).mark, "the clock moved by 10 %");
}

TEST(Report, NumbersHaveFourDigits) {
  EXPECT_EQ(figure(0.012345), "0.0123");
  EXPECT_EQ(figure(1.23456), "1.235");
  EXPECT_EQ(figure(12.3456), "12.35");
  EXPECT_EQ(figure(123.456), "123.5");
  EXPECT_EQ(figure(123456), "123500");
  EXPECT_EQ(figure(0), "0");
  EXPECT_EQ(percent(3.14), "3.1 %");
  EXPECT_EQ(percent(97.6), "98 %");
}

TEST(Report, TablesHaveARowEach) {
  const Report report = made_up::report({made_up::row("adam", 12.5, 96), made_up::row("sgd", 3, 91)});
  const std::string markdown = as_markdown(report);
  EXPECT_NE(markdown.find("Some GPU, driver 580.1; cuvae 0.1.0, commit abc1234; `cuvae bench`"),
            std::string::npos);
  EXPECT_NE(markdown.find("| adam | 128x784 | fp32 | cold | 1000000 | 12.50"), std::string::npos) << markdown;
  const std::string csv = as_csv(report);
  const auto commas = [](const std::string& line) { return std::ranges::count(line, ','); };
  const std::size_t first = csv.find('\n'), second = csv.find('\n', first + 1);
  EXPECT_EQ(commas(csv.substr(0, first)), commas(csv.substr(first, second - first)));
  EXPECT_EQ(std::ranges::count(csv, '\n'), 3);
}

}  // namespace
}  // namespace cuvae::bench
