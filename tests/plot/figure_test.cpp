#include "src/plot/figure.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "support/read_png.hpp"
#include "support/test_data.hpp"

namespace cuvae::test {
namespace {

using Rgb = std::array<int, 3>;

constexpr plot::Pen kRed{{220, 0, 0}, 3, plot::Stroke::solid}, kBlue{{0, 0, 220}, 3, plot::Stroke::solid};

std::vector<plot::Point> points(const std::vector<double>& values) {
  std::vector<plot::Point> result;
  for (const double value : values) result.push_back({static_cast<double>(result.size() + 1), value});
  return result;
}

// One plot, without a legend, which has the curves' colours too.
Picture drawn(const std::vector<plot::Curve>& curves) {
  const TempDir folder;
  plot::draw(folder.path / "figure.png", {"title", {}, "epoch", {{{"plot", curves}}}});
  return read_png(folder.path / "figure.png", PNG_FORMAT_RGB);
}

// The columns in which there is this colour, and the rows.
struct Where {
  int count = 0, left = std::numeric_limits<int>::max(), right = -1, top = left, bottom = -1;
};
Where where(const Picture& picture, const plot::Pen& pen) {
  const Rgb colour{pen.colour.red, pen.colour.green, pen.colour.blue};
  Where found;
  for (int y = 0; y < picture.height; ++y) {
    for (int x = 0; x < picture.width; ++x) {
      if (picture.rgb(x, y) != colour) continue;
      ++found.count;
      found.left = std::min(found.left, x), found.right = std::max(found.right, x);
      found.top = std::min(found.top, y), found.bottom = std::max(found.bottom, y);
    }
  }
  return found;
}

TEST(Figure, ACurveRisesFromLeftToRight) {
  const Picture picture = drawn({{points({1, 2, 3, 4}), kRed}});
  const Where all = where(picture, kRed);
  EXPECT_GT(all.right - all.left, picture.width / 2);
  EXPECT_GT(all.bottom - all.top, picture.height / 2);
  const Rgb red{220, 0, 0};
  EXPECT_EQ(picture.rgb(all.left + 3, all.bottom - 3), red) << "low on the left";
  EXPECT_EQ(picture.rgb(all.right - 3, all.top + 3), red) << "high on the right";
}

TEST(Figure, AFarOutPointLeavesTheRestAsHighAsBefore) {
  const std::vector<double> calm{-106, -104, -103, -102, -101, -100};
  std::vector<double> wild = calm;
  wild.insert(wild.begin(), -1e30);
  const Where before = where(drawn({{points(calm), kRed}}), kRed);
  const Where after = where(drawn({{points(wild), kRed}}), kRed);
  EXPECT_EQ(after.top, before.top);
  EXPECT_GE(after.bottom, before.bottom);
}

// Each curve is seen, however far it is from another.
TEST(Figure, NoCurveIsLeftOut) {
  std::vector<plot::Curve> curves(5, {points({-100, -100, -99, -98}), kRed});
  curves.insert(curves.begin() + 2, {points({-900, -899, -898, -897}), kBlue});
  EXPECT_GT(where(drawn(curves), kBlue).count, 500);
}

TEST(Figure, WhatIsNotFiniteIsAGap) {
  const double nan = std::nan(""), inf = std::numeric_limits<double>::infinity();
  const Where whole = where(drawn({{points({5, 5, 5, 5, 5, 5}), kRed}}), kRed);
  const Where gaps = where(drawn({{points({5, 5, nan, inf, 5, 5}), kRed}}), kRed);
  EXPECT_EQ(gaps.left, whole.left);
  EXPECT_EQ(gaps.right, whole.right);
  EXPECT_NEAR(gaps.count, whole.count * 2 / 5, whole.count / 10);
  EXPECT_EQ(where(drawn({{points({nan, -inf}), kRed}}), kRed).count, 0);
}

TEST(Figure, APointWithoutNeighboursIsADot) {
  const double nan = std::nan("");
  EXPECT_GT(where(drawn({{points({7}), kRed}}), kRed).count, 20);
  std::vector<double> lone(100, nan);
  lone[50] = 3;
  EXPECT_GT(where(drawn({{points(lone), kRed}}), kRed).count, 20);
}

// The lowest and the highest point of a hundred neighbours, in either order.
TEST(Figure, APeakOfALongCurveIsNotThinnedAway) {
  for (const double sign : {1.0, -1.0}) {
    std::vector<double> values(100'000);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = std::sin(0.001 * static_cast<double>(i));
    const Where waves = where(drawn({{points(values), kRed}}), kRed);
    values[77'777] = 2.5 * sign;
    values[77'787] = -2.5 * sign;
    const Where peaks = where(drawn({{points(values), kRed}}), kRed);
    EXPECT_NEAR(peaks.top, waves.top, 2);
    EXPECT_NEAR(peaks.bottom, waves.bottom, 2);
    EXPECT_LT(peaks.count, waves.count - 1000) << "the peaks make the waves lower";
  }
}

TEST(Figure, DrawsWhateverItIsGiven) {
  const double most = std::numeric_limits<double>::max(), least = std::numeric_limits<double>::denorm_min();
  for (const std::vector<double>& values :
       {std::vector<double>{most, -most, most}, {least, 0, -least}, {0, 0}, {1e299, -1e299}, {most}}) {
    EXPECT_EQ(drawn({{points(values), kRed}}).width, 1400);
  }
  EXPECT_EQ(drawn({}).width, 1400);
}

}  // namespace
}  // namespace cuvae::test
