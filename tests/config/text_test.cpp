#include "src/config/text.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <random>

#include "config/expect_error.hpp"

namespace cuvae::config {
namespace {

using Kind = LearningRateSchedule::Kind;

TEST(Text, NumbersComeBackExactly) {
  std::mt19937_64 bits(1);
  for (int i = 0; i < 10000; ++i) {
    const double value = std::bit_cast<double>(bits());
    if (!std::isfinite(value)) continue;
    EXPECT_EQ(to_number(format(value)), value);
  }
  for (const double value : {0.0, 1e-3, 0.1, 1e30, std::numeric_limits<double>::denorm_min()}) {
    EXPECT_EQ(to_number(format(value)), value);
  }
  EXPECT_EQ(format(0.001), "0.001");
}

TEST(Text, RefusesWhatIsNoFiniteNumber) {
  for (const char* text :
       {"", "abc", "1,5", "1 ", " 1", "1e", "nan", "inf", "-inf", "1e999", "0x10", "+-1"}) {
    test::expect_error(Errc::invalid_argument, {"'" + std::string(text) + "'", "number"},
                       [&] { (void)to_number(text); });
    EXPECT_FALSE(is_number(text)) << text;
  }
}

TEST(Text, ReadsFractions) {
  EXPECT_EQ(to_fraction("1/255"), 1.0 / 255);
  EXPECT_EQ(static_cast<float>(to_fraction("1/255")), 1.0f / 255);
  EXPECT_EQ(to_fraction("-3e2/0.5"), -600.0);
  EXPECT_EQ(to_fraction("0.01"), 0.01);
  for (const char* text :
       {"", "/", "1/", "/2", "1/0", "0/0", "1/2/3", "1 / 2", "1e300/1e-300", "nan/1", "half"}) {
    test::expect_error(Errc::invalid_argument, {"'" + std::string(text) + "' is no f"},
                       [&] { (void)to_fraction(text); });
  }
}

TEST(Text, ReadsListsOfIntegers) {
  EXPECT_EQ(to_integers("7"), (std::vector<std::int64_t>{7}));
  EXPECT_EQ(to_integers("0,-3,7"), (std::vector<std::int64_t>{0, -3, 7}));
  for (const char* text : {"", ",", "1,", ",1", "1,,2", "1, 2", "1;2", "1.5"}) {
    test::expect_error(Errc::invalid_argument, {"'" + std::string(text) + "'", "0,3,7"},
                       [&] { (void)to_integers(text); });
  }
}

TEST(Text, ReadsIntegersToTheirEnds) {
  EXPECT_EQ(to_integer("-9223372036854775808"), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(to_seed("18446744073709551615"), std::numeric_limits<std::uint64_t>::max());
  for (const char* text : {"", "1.0", "1e3", "9223372036854775808", "12x"}) {
    test::expect_error(Errc::invalid_argument, {"whole number"}, [&] { (void)to_integer(text); });
  }
  for (const char* text : {"-1", "18446744073709551616"}) {
    test::expect_error(Errc::invalid_argument, {"seed"}, [&] { (void)to_seed(text); });
  }
}

TEST(Text, ReadsWidths) {
  EXPECT_EQ(to_widths("400,200"), (std::vector<std::int32_t>{400, 200}));
  EXPECT_EQ(to_widths("none"), std::vector<std::int32_t>{});
  for (const std::vector<std::int32_t>& widths : {std::vector<std::int32_t>{}, {1}, {512, 256, 128}}) {
    EXPECT_EQ(to_widths(format(widths)), widths);
  }
  for (const char* text : {"", ",", "400,", "400,,200", "a", "400 200", "99999999999"}) {
    test::expect_error(Errc::invalid_argument, {"widths", "400,200"}, [&] { (void)to_widths(text); });
  }
}

TEST(Text, ReadsSchedules) {
  EXPECT_EQ(to_schedule("constant").kind, Kind::constant);
  EXPECT_EQ(to_schedule("cosine").kind, Kind::cosine);
  const LearningRateSchedule steps{Kind::steps, {{5, 0.1}, {8, 0.25}}};
  EXPECT_EQ(to_schedule("5:0.1,8:0.25"), steps);
  EXPECT_EQ(to_schedule(format(steps)), steps);
  for (const char* text : {"", "linear", "5", "5:", ":0.1", "5:0.1,", "5:x"}) {
    test::expect_error(Errc::invalid_argument, {"schedule", "EPOCH:FACTOR"},
                       [&] { (void)to_schedule(text); });
  }
}

}  // namespace
}  // namespace cuvae::config
