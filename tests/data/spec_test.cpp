// Several files as one data set, patterns, and what is read twice.
#include <filesystem>

#include "data/allocation_watch.hpp"
#include "data/sample_files.hpp"
#include "src/data/open_stream.hpp"
#include "src/data/spec.hpp"

namespace cuvae::test {
namespace {

using Floats = std::vector<float>;

std::string npy_column(const Floats& values) {
  return npy_header("<f4", "(" + std::to_string(values.size()) + ",)") + bytes_of(values);
}

class SpecTest : public testing::Test {
 protected:
  std::string put(const std::string& name, std::string_view bytes) const {
    write_file(folder_.path / name, bytes);
    return (folder_.path / name).string();
  }
  [[nodiscard]] std::string at(const std::string& name) const { return (folder_.path / name).string(); }

  static Floats column(const std::string& spec) {
    const Dataset data = Dataset::open(spec);
    Floats values;
    for (std::int64_t row = 0; row < data.rows(); ++row) values.push_back(row_of(data, row).at(0));
    return values;
  }

  TempDir folder_;
};

TEST_F(SpecTest, APatternIsAllThatItMatchesInTheOrderOfTheirNames) {
  put("part-2.npy", npy_column({3}));
  put("part-1.npy", npy_column({1, 2}));
  put("other.npy", npy_column({9}));
  EXPECT_EQ(column(at("part-*.npy")), (Floats{1, 2, 3}));
  EXPECT_EQ(column(at("part-[2].npy")), Floats{3});
  EXPECT_EQ(column(at("part-2.npy") + "\n" + at("part-1.npy")), (Floats{3, 1, 2}))
      << "lines keep their order";
  expect_error(Errc::data, {"part-9*", "no file matches"}, [&] { static_cast<void>(column(at("part-9*"))); });
}

TEST_F(SpecTest, ANameThatIsThereIsNoPattern) {
  EXPECT_EQ(column(put("a[1]:b.npy", npy_column({7}))), Floats{7});
}

TEST_F(SpecTest, APartOfEachFileOfAPattern) {
  put("t1.csv", "a,b\n1,2\n");
  put("t2.csv", "a,b\n3,4\n");
  EXPECT_EQ(column(at("t*.csv:b")), (Floats{2, 4}));
  const std::vector<data::Spec> specs = data::specs_of(at("t1.csv") + ":a:b");
  ASSERT_EQ(specs.size(), 1u);
  EXPECT_EQ(specs[0].path, at("t1.csv"));
  EXPECT_EQ(specs[0].part, "a:b");
}

TEST_F(SpecTest, FilesMayBeCompressedEachInItsWay) {
  put("p1.npy", npy_column({1}));
  put("p2.npy", gzip(npy_column({2})));
  const Dataset data = Dataset::open(at("p?.npy"));
  EXPECT_EQ(data.rows(), 2);
  EXPECT_EQ(data.source(), at("p1.npy") + " and 1 more");
  EXPECT_EQ(data.description(), "2 files of NPY, f32, in memory");
}

TEST_F(SpecTest, FilesThatDoNotFitTogetherAreNamed) {
  put("p1.npy", npy_column({1}));
  const auto refused = [&](std::string_view second, std::vector<std::string> parts) {
    put("p2.npy", second);
    parts.push_back(at("p2.npy"));
    expect_error(Errc::data, parts, [&] { static_cast<void>(column(at("p?.npy"))); });
  };
  refused(npy_header("<f8", "(1,)") + bytes_of<double>({1}), {"values of f64", "of f32", "one type"});
  refused(npy_header("<f4", "(1, 2)") + bytes_of<float>({1, 2}), {"have 2 values", "one shape"});
  refused(npy_header("{'descr': '<f4', 'fortran_order': True, 'shape': (1,)}") + bytes_of<float>({1}),
          {"Fortran"});
  refused("damaged\1", {"neither IDX nor NPY"});
}

TEST_F(SpecTest, ASimilarNameIsSuggested) {
  put("trian.npy", npy_column({1}));
  expect_error(Errc::data, {"train.npy", "did you mean 'trian.npy'?"},
               [&] { static_cast<void>(Dataset::open(at("train.npy"))); });
}

// A megabyte of gzip that becomes a gigabyte, all of it as declared, but for the checksum at the end.
TEST_F(SpecTest, WhatAFileCannotVouchForIsCheckedBeforeMemoryIsTaken) {
  const std::uint32_t rows = 100'000;
  std::string packed = gzip(idx_header(8, {rows, 1000}) + std::string(std::size_t{rows} * 1000, '\0'));
  ASSERT_LT(packed.size(), std::size_t{1} << 20);
  EXPECT_EQ(Dataset::open(put("sound.gz", packed)).rows(), rows);
  packed[packed.size() - 6] = static_cast<char>(packed[packed.size() - 6] ^ 1);
  const std::string path = put("flawed.gz", packed);
  forget_allocations();
  expect_error(Errc::data, {"flawed.gz", "damaged"}, [&] { static_cast<void>(Dataset::open(path)); });
  EXPECT_LT(largest_allocation(), std::size_t{1} << 20);
}

}  // namespace
}  // namespace cuvae::test
