#include "src/data/profile.hpp"

#include <cmath>

#include "data/sample_files.hpp"

namespace cuvae::test {
namespace {

std::string npy(const std::vector<float>& values, std::size_t columns) {
  const std::string shape =
      "(" + std::to_string(values.size() / columns) + ", " + std::to_string(columns) + ")";
  return npy_header("<f4", shape) + bytes_of(values);
}

data::Profile profile_of(std::string_view name, std::string_view bytes) {
  return data::profile(SampleFile(name, bytes).path());
}

TEST(Profile, RangeAndMoments) {
  const data::Profile found = profile_of("x.npy", npy({1, 2, 3, 6}, 2));
  EXPECT_EQ(found.rows, 2);
  EXPECT_EQ(found.columns, 2);
  EXPECT_EQ(found.low, 1);
  EXPECT_EQ(found.high, 6);
  EXPECT_DOUBLE_EQ(found.mean, 3);
  EXPECT_DOUBLE_EQ(found.deviation, std::sqrt(3.5));
  EXPECT_TRUE(found.whole);
  EXPECT_FALSE(profile_of("x.npy", npy({1, 2.5f}, 2)).whole);
}

TEST(Profile, BytesAreReadAsTrainingReadsThem) {
  const data::Profile shades =
      profile_of("x.npy", npy_header("|u1", "(1, 3)") + std::string("\0\x33\xff", 3));
  EXPECT_EQ(shades.scale, 1.0f / 255);
  EXPECT_EQ(shades.high, 1);
  EXPECT_NEAR(shades.mean, 0.4, 1e-6);
  const data::Profile values = profile_of("x.npy", npy_header("|u1", "(1, 2)") + std::string("\0\1", 2));
  EXPECT_EQ(values.scale, 1);
  EXPECT_EQ(values.high, 1);
  EXPECT_NEAR(values.mean, 0.5, 1e-6);
}

TEST(Profile, WhatIsNotFiniteIsCountedAndLeftOut) {
  const float nan = std::nanf(""), inf = HUGE_VALF;
  const data::Profile found = profile_of("x.npy", npy({0, 1, inf, nan, nan, -inf, 0.5f, 0.5f}, 2));
  EXPECT_EQ(found.nans, 2);
  EXPECT_EQ(found.infinite, 2);
  ASSERT_TRUE(found.first_not_finite);
  EXPECT_EQ(found.first_not_finite->row, 1);
  EXPECT_EQ(found.first_not_finite->col, 0);
  EXPECT_EQ(found.low, 0);
  EXPECT_EQ(found.high, 1);
  EXPECT_DOUBLE_EQ(found.mean, 0.5);
  const data::Profile none = profile_of("x.npy", npy({nan, nan}, 1));
  EXPECT_EQ(none.nans, 2);
  EXPECT_EQ(none.low, 0);
  EXPECT_EQ(none.high, 0);
}

TEST(Profile, TheFirstValueOutsideOfTheUnitInterval) {
  const data::Profile found = profile_of("x.npy", npy({0, 1, 0.5f, 1.5f, -1, 0}, 2));
  ASSERT_TRUE(found.first_outside);
  EXPECT_EQ(found.first_outside->row, 1);
  EXPECT_EQ(found.first_outside->col, 1);
  EXPECT_EQ(found.first_outside->value, 1.5f);
  EXPECT_FALSE(profile_of("x.npy", npy({0, 1}, 1)).first_outside);
}

TEST(Profile, WholeNumbersThatAreRoundedAreCounted) {
  const std::string table =
      "id,x\n16777216,1\n16777217,2\n-16777219, 16777217 \n123456789012345678901,1\n20000000,1.6777217e7\n";
  EXPECT_EQ(profile_of("t.csv", table).rounded, 4);
  const SampleFile first("t.csv", table), second("u.csv", "16777219,0\n");
  EXPECT_EQ(data::profile(first.path() + "\n" + second.path()).rounded, 5);
}

TEST(Profile, DeviationIsThatOfNumbersFarFromZeroToo) {
  const data::Profile found = profile_of("x.npy", npy({1e9f, 1e9f + 64, 1e9f, 1e9f + 64}, 1));
  EXPECT_DOUBLE_EQ(found.deviation, 32);
  EXPECT_DOUBLE_EQ(found.mean, 1e9 + 32);
}

TEST(Profile, OfNothingFiniteThereIsNoRange) {
  const data::Profile found = profile_of("x.npy", npy({std::nanf(""), HUGE_VALF}, 2));
  EXPECT_FALSE(found.some_finite);
  EXPECT_FALSE(found.first_outside);
  EXPECT_TRUE(profile_of("x.npy", npy({std::nanf(""), 2}, 2)).some_finite);
}

TEST(Profile, MissingValuesOfATableAreNaN) {
  const data::Profile found = profile_of("x.csv", "a,b\n1,2\n,3\n4,NA\n");
  EXPECT_EQ(found.nans, 2);
  EXPECT_EQ(found.first_not_finite->row, 1);
  EXPECT_EQ(found.column_names, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(found.rows, 3);
  EXPECT_EQ(found.header.shape, (std::vector<std::int64_t>{3, 2}));
}

TEST(Profile, ConstantColumns) {
  std::vector<float> values(100 * 10);
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = i % 10 < 7 ? static_cast<float>(i % 10) : i == 499 ? -1.0f : 9.0f;
  const data::Profile found = profile_of("x.npy", npy(values, 10));
  EXPECT_EQ(found.constant_columns, 9);  // all but the last
  EXPECT_EQ(found.first_constant, (std::vector<std::int64_t>{0, 1, 2, 3, 4}));
}

TEST(Profile, RepeatedRows) {
  const data::Profile found = profile_of("x.npy", npy({1, 2, 3, 4, 5, 6, 3, 4, 1, 2, 3, 4}, 2));
  EXPECT_EQ(found.repeated_rows, 3);
  EXPECT_EQ(found.compared_rows, 6);
  EXPECT_EQ(found.first_repeated, std::make_pair(std::int64_t{3}, std::int64_t{1}));
  const data::Profile none = profile_of("x.npy", npy({1, 2, 2, 1}, 2));
  EXPECT_EQ(none.repeated_rows, 0);
  EXPECT_FALSE(none.first_repeated);
}

// More rows than are read at a time, each of which says its number.
TEST(Profile, RowsAreCountedAcrossBlocks) {
  std::vector<float> values(300'000 * 2);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i / 2);
  values[2 * 299'999 + 1] = std::nanf("");
  std::int64_t last = 0, calls = 0;
  const SampleFile file("x.npy", npy(values, 2));
  const data::Profile found = data::profile(file.path(), {}, [&](std::int64_t rows, std::int64_t of) {
    EXPECT_GT(rows, last);
    EXPECT_EQ(of, 300'000);
    last = rows;
    ++calls;
  });
  EXPECT_EQ(last, 300'000);
  EXPECT_GT(calls, 1);
  EXPECT_EQ(found.first_not_finite->row, 299'999);
  EXPECT_EQ(found.first_not_finite->col, 1);
  EXPECT_EQ(found.first_outside->row, 2);
}

// Whatever the file: what training and resuming go by.
TEST(Profile, IsAsTheDataSetSays) {
  std::vector<std::int16_t> numbers(24 * 16);
  for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<std::int16_t>(i * 37);
  const std::string fortran = npy_header("{'descr': '<i2', 'fortran_order': True, 'shape': (24, 4, 4), }");
  const std::vector<std::pair<std::string, std::string>> contents{
      {"x.npy", npy_header("<i2", "(24, 16)") + bytes_of(numbers)},
      {"big.npy", npy_header(">i2", "(24, 4, 4)") + bytes_of(numbers)},
      {"f.npy", fortran + bytes_of(numbers)},
      {"f.npy.gz", gzip(fortran + bytes_of(numbers))},
      {"bits-f.npy", npy_header("{'descr': '|u1', 'fortran_order': True, 'shape': (2, 16), }") +
                         std::string(16, '\0') + std::string(16, '\1')},
      {"unit.npy", npy(std::vector<float>(32, 0.5f), 16)},
      {"bits.npy", npy_header("|u1", "(2, 16)") + std::string(16, '\0') + std::string(16, '\1')},
      {"shades.npy", npy_header("|u1", "(2, 16)") + std::string(16, '\0') + std::string(16, '\7')},
      {"x.idx", idx_header(8, {2, 4, 4}) + std::string(32, '\1')},
      {"x.csv", "a,b\n1,2\n3,4.5\n"},
  };
  for (const auto& [name, bytes] : contents) {
    SCOPED_TRACE(name);
    const SampleFile file(name, bytes);
    const data::Profile found = data::profile(file.path());
    const Dataset data = file.open();
    EXPECT_EQ(found.rows, data.rows());
    EXPECT_EQ(found.columns, data.cols());
    EXPECT_EQ(found.image, data.image());
    EXPECT_EQ(found.scale, data.impl().scale);
    EXPECT_EQ(found.low, data.impl().facts().low);
    EXPECT_EQ(found.high, data.impl().facts().high);
    EXPECT_EQ(found.fingerprint, data.fingerprint());
  }
  const Dataset shapes = Dataset::open("builtin:shapes:10");
  EXPECT_EQ(data::profile("builtin:shapes:10").fingerprint, shapes.fingerprint());
  EXPECT_EQ(data::profile("builtin:shapes:10").image, shapes.image());
}

TEST(Profile, OptionsOfReadingAreThoseOfTheDataSet) {
  const std::string bytes = npy_header("|u1", "(2, 12)") + std::string(12, '\0') + std::string(12, '\1');
  const SampleFile file("x.npy", bytes);
  const ReadOptions options{.scale = 3.0f, .image = ImageShape{2, 2, 3, ChannelOrder::planar}};
  const data::Profile found = data::profile(file.path(), options);
  const Dataset data = Dataset::open(file.path(), options);
  EXPECT_EQ(found.high, 3);
  EXPECT_EQ(found.first_outside->row, 1);
  EXPECT_EQ(found.image, data.image());
  EXPECT_EQ(found.scale, data.impl().scale);
  EXPECT_EQ(found.fingerprint, data.fingerprint());
  expect_error(Errc::data, {file.path(), "12 values"}, [&] {
    static_cast<void>(data::profile(file.path(), {.image = ImageShape{5, 5}}));
  });
}

TEST(Profile, AFlawedFileIsRefused) {
  const std::string whole = npy({1, 2, 3, 4}, 2);
  const SampleFile file("x.npy", whole.substr(0, whole.size() - 1));
  expect_error(Errc::data, {file.path(), "truncated"},
               [&] { static_cast<void>(data::profile(file.path())); });
}

}  // namespace
}  // namespace cuvae::test
