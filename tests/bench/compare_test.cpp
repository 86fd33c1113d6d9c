// Two reports beside each other.
#include "bench/kernels/compare.hpp"

#include <gtest/gtest.h>

#include "bench/samples.hpp"

namespace cuvae::bench {
namespace {

using made_up::report, made_up::row;

bool says(const Comparison& comparison, const std::string& words) {
  return comparison.text.find(words) != std::string::npos;
}

TEST(Compare, WhatIsSlowerBeyondTheNoiseOfBothIsARegression) {
  const Report old = report({row("adam", 100, 95, 2)});
  EXPECT_FALSE(compare(old, report({row("adam", 104, 95, 3)})).has_regression);
  const Comparison slower = compare(old, report({row("adam", 106, 95, 3)}));
  EXPECT_TRUE(slower.has_regression);
  EXPECT_TRUE(says(slower, "| adam | 128x784 | fp32 | cold | 100.0 | 106.0 | 1.060 | 5.0 % | slower |"))
      << slower.text;
  const Comparison faster = compare(old, report({row("adam", 90, 95, 3)}));
  EXPECT_FALSE(faster.has_regression);
  EXPECT_TRUE(says(faster, "| faster |"));
}

TEST(Compare, WhatIsWithinThreePercentIsNoChange) {
  EXPECT_FALSE(
      compare(report({row("adam", 100, 95, 0)}), report({row("adam", 102.9, 95, 0)})).has_regression);
  EXPECT_TRUE(compare(report({row("adam", 100, 95, 0)}), report({row("adam", 103.1, 95, 0)})).has_regression);
}

TEST(Compare, AnotherMachineIsSaidAndSharesAreCompared) {
  Report old = report({row("adam", 10, 95), row("sgd", 10, 90)});
  old.facts.name = "Another GPU";
  const Comparison comparison = compare(old, report({row("adam", 1000, 94), row("sgd", 1, 60)}));
  EXPECT_TRUE(says(comparison, "the machine differs: cuda:0, Another GPU then, cuda:0, Some GPU now"));
  EXPECT_TRUE(says(comparison, "shares of a copy's rate are"));
  EXPECT_TRUE(says(comparison, "| adam | 128x784 | fp32 | cold | 95 % | 94 % | 1.011 |")) << comparison.text;
  EXPECT_TRUE(says(comparison, "| sgd | 128x784 | fp32 | cold | 90 % | 60 % | 1.500 | 3.0 % | slower |"));
  EXPECT_TRUE(comparison.has_regression);
}

TEST(Compare, AnotherVersionIsSaidAndTimesAreCompared) {
  Report old = report({row("adam", 100, 95)});
  old.version = "0.0.9";
  old.commit = "1111111";
  const Comparison comparison = compare(old, report({row("adam", 100, 95)}));
  EXPECT_TRUE(says(comparison, "the version differs: 0.0.9 then, 0.1.0 now"));
  EXPECT_TRUE(says(comparison, "the commit differs: 1111111 then, abc1234 now"));
  EXPECT_TRUE(says(comparison, "us then"));
}

TEST(Compare, RowsThatOneSideLacksAreCounted) {
  const Comparison comparison =
      compare(report({row("adam", 100, 95)}), report({row("adam", 100, 95), row("sgd", 1, 95)}));
  EXPECT_EQ(comparison.rows, 1);
  EXPECT_TRUE(says(comparison, "1 of 2 rows are not in the older file"));
  EXPECT_EQ(compare(report({row("adam", 1, 1)}), report({row("sgd", 1, 1)})).rows, 0);
}

TEST(Compare, AThrottledRowIsNotJudged) {
  Report now = report({row("adam", 200, 50)});
  now.rows[0].mark = "the clock moved by 25 %";
  const Comparison comparison = compare(report({row("adam", 100, 95)}), now);
  EXPECT_FALSE(comparison.has_regression);
  EXPECT_TRUE(says(comparison, "not judged: the clock moved"));
}

}  // namespace
}  // namespace cuvae::bench
