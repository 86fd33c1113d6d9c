#include "src/io/npy_writer.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "data/sample_files.hpp"
#include "io/python.hpp"
#include "support/test_data.hpp"

namespace cuvae::test {
namespace {

class NpyWriter : public testing::Test {
 protected:
  TempDir folder_;
  std::filesystem::path path_ = folder_.path / "z.npy";
  std::vector<float> values_{0, 1, -2.5f, 1e-40f, std::numeric_limits<float>::infinity(), 0.1f};
};

TEST_F(NpyWriter, Bytes) {
  io::write_npy(path_, values_, std::vector<std::int64_t>{2, 3});
  const std::string file = read_file(path_);
  ASSERT_EQ(file.size(), 128 + 24u);
  EXPECT_EQ(file.substr(0, 10), std::string("\x93NUMPY\1\0\x76\0", 10));
  EXPECT_EQ(file.find("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }"), 10u);
  EXPECT_EQ(file[127], '\n');
  EXPECT_EQ(file.substr(128), bytes_of(values_));
}

TEST_F(NpyWriter, NumpyReadsTheSame) {
  const std::vector<std::vector<std::int64_t>> shapes{{6}, {2, 3}, {1, 3, 2, 1}, {0, 5}, {}};
  std::vector<std::string> args{"-c",
                                "import numpy, sys\n"
                                "for path in sys.argv[1:]:\n"
                                "  array = numpy.load(path, allow_pickle=False)\n"
                                "  print(array.dtype.str, array.shape, array.ravel().tolist())"};
  for (const auto& shape : shapes) {
    const std::size_t count = shape.empty() ? 1 : shape[0] == 0 ? 0 : values_.size();
    args.push_back((folder_.path / std::to_string(args.size())).string());
    io::write_npy(args.back(), std::span(values_).first(count), shape);
  }
  const auto printed = run_python(args);
  if (!printed) GTEST_SKIP() << kNoPython;
  const std::string all = "[0.0, 1.0, -2.5, 9.99994610111476e-41, inf, 0.10000000149011612]\n";
  EXPECT_EQ(*printed, "<f4 (6,) " + all + "<f4 (2, 3) " + all + "<f4 (1, 3, 2, 1) " + all +
                          "<f4 (0, 5) []\n<f4 () [0.0]\n");
}

TEST_F(NpyWriter, PieceByPieceIsTheSameFile) {
  const std::vector<std::int64_t> shape{2, 3};
  io::write_npy(path_, values_, shape);
  const std::string whole = read_file(path_);
  io::NpyWriter file(path_, {.shape = shape});
  for (const float value : values_) file.append(std::span(&value, 1));
  file.commit();
  EXPECT_EQ(read_file(path_), whole);
}

TEST_F(NpyWriter, AnArrayWithoutAllItsValuesIsNotThere) {
  {
    io::NpyWriter file(path_, {.shape = {2, 3}});
    file.append(std::span(values_).first(5));
    expect_error(Errc::invalid_argument, {"shape"}, [&] { file.commit(); });
    expect_error(Errc::invalid_argument, {"shape"}, [&] { file.append(std::span(values_).first(2)); });
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder_.path));
}

TEST_F(NpyWriter, ShapeThatDoesNotFit) {
  const std::vector<std::vector<std::int64_t>> shapes{
      {5}, {2, 4}, {}, {0}, {-2, -3}, {4, 1}, {6, std::numeric_limits<std::int64_t>::max()}};
  for (const auto& shape : shapes) {
    expect_error(Errc::invalid_argument, {"shape"}, [&] { io::write_npy(path_, values_, shape); });
  }
  EXPECT_FALSE(std::filesystem::exists(path_));
}

}  // namespace
}  // namespace cuvae::test
