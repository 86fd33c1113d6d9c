#include "src/plot/axis.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace cuvae::test {
namespace {

using plot::Range;
using plot::TicksAt;

constexpr double kInf = std::numeric_limits<double>::infinity();
const double kNaN = std::nan("");

void expect_range(Range range, double least, double most) {
  EXPECT_EQ(range.least, least);
  EXPECT_EQ(range.most, most);
}

std::vector<std::string> labels(Range range, int most, TicksAt at = TicksAt::any) {
  const plot::Ticks ticks = plot::ticks_of(range, most, at);
  std::vector<std::string> texts;
  for (const double place : ticks.places) texts.push_back(plot::tick_label(place, ticks.step));
  return texts;
}

using Texts = std::vector<std::string>;

TEST(Bulk, LeavesOutWhatIsFarOut) {
  // Quartiles -112 and -107: out is what lies below -127.
  expect_range(plot::bulk_of(std::vector<double>{-500, -127, -112, -110, -109, -108, -107, -106, -105}), -127,
               -105);
  expect_range(plot::bulk_of(std::vector<double>{-500, -127.5, -112, -110, -109, -108, -107, -106, -105}),
               -112, -105);
  expect_range(plot::bulk_of(std::vector<double>{1, 2, 3, 4, 1e30}), 1, 4);
}

TEST(Bulk, OfFewValuesIsAllOfThem) {
  expect_range(plot::bulk_of(std::vector<double>{7}), 7, 7);
  expect_range(plot::bulk_of(std::vector<double>{-1000, -100}), -1000, -100);
  expect_range(plot::bulk_of(std::vector<double>{-1000, -101, -100}), -1000, -100);
}

TEST(Bulk, CountsFiniteValuesOnly) {
  expect_range(plot::bulk_of(std::vector<double>{kNaN, 1, kInf, 2, -kInf, 1e305, 3, kNaN}), 1, 3);
  const Range none = plot::bulk_of(std::vector<double>{kNaN, kInf});
  EXPECT_GT(none.least, none.most);
}

TEST(Widened, HasSomethingOnBothSides) {
  expect_range(plot::widened({0, 20}), -1, 21);
  expect_range(plot::widened({-206, -206}), -206 - 10.3, -206 + 10.3);
  expect_range(plot::widened({0, 0}), -0.5, 0.5);
  expect_range(plot::widened({kInf, -kInf}), 0, 1);
  const Range narrow = plot::widened({100, std::nextafter(100, 200)});
  EXPECT_GT(narrow.length(), 1e-5) << "its ticks could not be told apart";
}

TEST(Ticks, AreFewAndRound) {
  EXPECT_EQ(labels({-54.2, -41.9}, 7), (Texts{"-54", "-52", "-50", "-48", "-46", "-44", "-42"}));
  EXPECT_EQ(labels({0, 1}, 7), (Texts{"0.0", "0.2", "0.4", "0.6", "0.8", "1.0"}));
  EXPECT_EQ(labels({-0.5, 0.5}, 2), (Texts{"-0.5", "0.0", "0.5"}));
  EXPECT_EQ(labels({19.99935, 19.99985}, 4), (Texts{"19.9994", "19.9996", "19.9998"}));
  EXPECT_EQ(labels({0, 1100}, 3), (Texts{"0", "500", "1000"}));
  EXPECT_EQ(labels({-5.2e29, 0}, 4), (Texts{"-4e+29", "-2e+29", "0"}));
  EXPECT_EQ(labels({0.5e26, 1.1e26}, 6),
            (Texts{"5e+25", "6e+25", "7e+25", "8e+25", "9e+25", "1.0e+26", "1.1e+26"}));
  EXPECT_EQ(labels({1e-9, 4e-9}, 4), (Texts{"1e-09", "2e-09", "3e-09", "4e-09"}));
}

TEST(Ticks, OfEpochsAreWhole) {
  EXPECT_EQ(labels({1, 3}, 14, TicksAt::whole), (Texts{"1", "2", "3"}));
  EXPECT_EQ(labels({1, 1}, 14, TicksAt::whole), (Texts{"1"}));
  EXPECT_EQ(labels({1, 60}, 7, TicksAt::whole), (Texts{"10", "20", "30", "40", "50", "60"}));
}

TEST(Ticks, AreDistinctWhateverTheRange) {
  for (int exponent = -300; exponent < 300; exponent += 7) {
    for (const double least : {-3.7, 0.0, 0.9, 123.4}) {
      const double unit = std::pow(10.0, exponent);
      Texts texts = labels(plot::widened({least * unit, (least + 2.5) * unit}), 7);
      EXPECT_GE(texts.size(), 2u) << exponent;
      EXPECT_LE(texts.size(), 8u) << exponent;
      std::ranges::sort(texts);
      EXPECT_EQ(std::ranges::adjacent_find(texts), texts.end()) << exponent << " " << least;
    }
  }
}

}  // namespace
}  // namespace cuvae::test
