#include "src/io/csv_writer.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <charconv>
#include <cmath>
#include <limits>
#include <random>

#include "data/sample_files.hpp"
#include "support/test_data.hpp"

namespace cuvae::test {
namespace {

class CsvWriter : public testing::Test {
 protected:
  template <class T>
  std::string text_of(io::ArrayLayout layout, const std::vector<T>& values, char delimiter = ',') {
    const std::filesystem::path path = folder_.path / "x.csv";
    io::CsvWriter file(path, std::move(layout), delimiter, io::Compression::none);
    file.append(std::as_bytes(std::span(values)));
    file.commit();
    return read_file(path);
  }
  TempDir folder_;
};

TEST_F(CsvWriter, Text) {
  EXPECT_EQ(text_of<float>({.shape = {2, 3}}, {0, -1, 0.1f, 1e-40f, 16777216, 3.4028235e38f}),
            "c0,c1,c2\n0,-1,0.1\n1e-40,16777216,3.4028235e+38\n");
  EXPECT_EQ(text_of<double>({core::ElementType::f64, {1, 2}}, {0.1, 1e300}), "c0,c1\n0.1,1e+300\n");
  EXPECT_EQ(text_of<std::int8_t>({core::ElementType::i8, {2}}, {-128, 65}), "c0\n-128\n65\n");
  EXPECT_EQ(text_of<std::uint8_t>({core::ElementType::boolean, {3, 1}}, {0, 1, 9}), "c0\n0\n1\n1\n");
  const float nan = std::nanf(""), inf = std::numeric_limits<float>::infinity();
  EXPECT_EQ(text_of<float>({.shape = {1, 3}}, {nan, inf, -inf}, '\t'), "c0\tc1\tc2\nnan\tinf\t-inf\n");
}

TEST_F(CsvWriter, NamesAreQuotedWhereTheyHaveTo) {
  EXPECT_EQ(text_of<float>({.shape = {1, 3}, .columns = {"a b", "1,2", "say \"x\""}}, {1, 2, 3}),
            "a b,\"1,2\",\"say \"\"x\"\"\"\n1,2,3\n");
  EXPECT_EQ(text_of<float>({.shape = {1, 2}, .columns = {"1,2", "a\tb"}}, {1, 2}, '\t'),
            "1,2\t\"a\tb\"\n1\t2\n");
  expect_error(Errc::invalid_argument, {"names"}, [&] {
    io::CsvWriter(folder_.path / "x.csv", {.shape = {1, 2}, .columns = {"a"}}, ',', io::Compression::none);
  });
}

// Else they would be a row of their own when they are read.
TEST_F(CsvWriter, NamesThatAreNumbersBecomeWords) {
  EXPECT_EQ(text_of<float>({.shape = {1, 2}, .columns = {"1990", "1991"}}, {1, 2}), "c1990,c1991\n1,2\n");
  EXPECT_EQ(text_of<float>({.shape = {1, 3}, .columns = {"", "+1e3", "NaN"}}, {1, 2, 3}),
            "c,c+1e3,cNaN\n1,2,3\n");
  EXPECT_EQ(text_of<float>({.shape = {1, 2}, .columns = {"1990", "x"}}, {1, 2}), "1990,x\n1,2\n");
  EXPECT_EQ(text_of<float>({.shape = {1, 2}, .columns = {"1e999", "inf"}}, {1, 2}), "c1e999,cinf\n1,2\n");
}

// Of any bits.
TEST_F(CsvWriter, NumbersReadBackAsTheSame) {
  std::mt19937 random(1);
  std::vector<float> values(100'000);
  for (float& value : values) {
    do value = std::bit_cast<float>(static_cast<std::uint32_t>(random()));
    while (!std::isfinite(value));
  }
  const std::string text = text_of<float>({.shape = {std::ssize(values)}}, values);
  const char* at = text.data() + 3;  // "c0\n"
  for (const float value : values) {
    float read = 0;
    at = std::from_chars(at, text.data() + text.size(), read).ptr + 1;
    ASSERT_EQ(std::bit_cast<std::uint32_t>(read), std::bit_cast<std::uint32_t>(value));
  }
  EXPECT_EQ(at, text.data() + text.size());
}

TEST_F(CsvWriter, GzipHoldsTheSameText) {
  const std::filesystem::path path = folder_.path / "x.csv.gz";
  std::vector<float> values(300'000);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i % 1000) / 7;
  const std::string text = text_of<float>({.shape = {100'000, 3}}, values);
  io::CsvWriter file(path, {.shape = {100'000, 3}}, ',', io::Compression::gzip);
  file.append(values);
  file.commit();
  EXPECT_LT(std::filesystem::file_size(path), text.size() / 2);
  gzFile opened = gzopen(path.c_str(), "rb");
  std::string inflated(text.size() + 1, '\0');
  inflated.resize(
      static_cast<std::size_t>(gzread(opened, inflated.data(), static_cast<unsigned>(inflated.size()))));
  EXPECT_EQ(gzclose(opened), Z_OK);
  EXPECT_TRUE(inflated == text);
}

}  // namespace
}  // namespace cuvae::test
