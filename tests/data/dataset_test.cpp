// What every data set is, wherever its rows come from.
#include <limits>
#include "src/data/dataset_impl.hpp"

#include <numeric>

#include "data/sample_files.hpp"

namespace cuvae::test {
namespace {

using Floats = std::vector<float>;
using Bytes = std::vector<std::uint8_t>;

TEST(Dataset, KeepsTheCallersValues) {
  Floats values{1, -2.5f, 3, 4, 5, 6};
  const Dataset data = Dataset::from_values(values, 3);
  values.assign(6, 0);
  EXPECT_EQ(data.rows(), 2);
  EXPECT_EQ(data.cols(), 3);
  EXPECT_EQ(data.bytes(), 24u);
  EXPECT_EQ(data.image(), ImageShape{});
  EXPECT_EQ(data.description(), "f32, in memory");
  EXPECT_EQ(row_of(data, 0), (Floats{1, -2.5f, 3}));
  EXPECT_EQ(row_of(data, 1), (Floats{4, 5, 6}));
}

TEST(Dataset, BytesArePixels) {
  Bytes pixels(256);
  std::iota(pixels.begin(), pixels.end(), std::uint8_t{0});
  const Dataset data = Dataset::from_bytes(pixels, 256, {16, 16});
  const Floats row = row_of(data, 0);
  for (int i = 0; i < 256; ++i)
    EXPECT_FLOAT_EQ(row[static_cast<std::size_t>(i)], static_cast<float>(i) / 255);
  EXPECT_EQ(row[255], 1.0f);
  EXPECT_EQ(data.image(), (ImageShape{16, 16}));
  EXPECT_NO_THROW(data.require_unit_interval());
}

TEST(Dataset, ZerosAndOnesInMemoryAreStillPixels) {
  EXPECT_FLOAT_EQ(row_of(Dataset::from_bytes(Bytes{0, 1}, 2), 0)[1], 1.0f / 255);
}

TEST(Dataset, CallersMistakes) {
  const Floats values{1, 2, 3};
  Floats place(2);
  const Dataset data = Dataset::from_values(values, 3);
  expect_error(Errc::data, {"3 values", "2 columns"},
               [&] { static_cast<void>(Dataset::from_values(values, 2)); });
  expect_error(Errc::data, {"zero rows"}, [] { static_cast<void>(Dataset::from_bytes({}, 2)); });
  expect_error(Errc::invalid_argument, {"column"},
               [&] { static_cast<void>(Dataset::from_values(values, 0)); });
  expect_error(Errc::invalid_argument, {"pixels"}, [&] {
    static_cast<void>(Dataset::from_values(values, 3, {2, 2}));
  });
  expect_error(Errc::invalid_argument, {"3 values", "2"}, [&] { data.read_row(0, place); });
  for (const std::int64_t row : {-1, 1}) {
    expect_error(Errc::invalid_argument, {"row " + std::to_string(row)},
                 [&] { static_cast<void>(row_of(data, row)); });
  }
  expect_error(Errc::invalid_argument, {"factors"}, [&] { static_cast<void>(data.factors(0)); });
}

TEST(Dataset, FingerprintSeesEveryByteAndTheShape) {
  Bytes pixels(10'000, 7);
  const auto fingerprint = [](const Bytes& bytes, std::int32_t cols) {
    return Dataset::from_bytes(bytes, cols).fingerprint();
  };
  const std::uint64_t original = fingerprint(pixels, 100);
  EXPECT_EQ(fingerprint(pixels, 100), original);
  EXPECT_NE(fingerprint(pixels, 50), original);
  for (const std::size_t at : {0u, 4095u, 4096u, 9999u}) {
    pixels[at] = 8;
    EXPECT_NE(fingerprint(pixels, 100), original) << at;
    pixels[at] = 7;
  }
  const Floats zeros(2);
  EXPECT_NE(Dataset::from_values(zeros, 2).fingerprint(), fingerprint(Bytes(8), 8));
}

TEST(Dataset, FirstRowsAreADataSetOfTheirOwn) {
  const Dataset all = Dataset::from_values(std::vector<float>{1, 2, 3, 4, 5, 6}, 2);
  const Dataset two = all.first(2);
  EXPECT_EQ(two.rows(), 2);
  EXPECT_EQ(row_of(two, 1), (std::vector<float>{3, 4}));
  EXPECT_NE(two.description().find("the first 2 rows"), std::string::npos);
  EXPECT_EQ(two.fingerprint(), Dataset::from_values(std::vector<float>{1, 2, 3, 4}, 2).fingerprint());
  EXPECT_NE(two.fingerprint(), all.fingerprint());
  EXPECT_EQ(all.first(3).description(), all.description());
  expect_error(Errc::data, {"3 rows", "first 4"}, [&] { (void)all.first(4); });
  expect_error(Errc::invalid_argument, {"at least one"}, [&] { (void)all.first(0); });
  const Dataset shapes = Dataset::builtin_shapes(9).first(5);
  EXPECT_EQ(shapes.known_factors()->levels.size(), 5 * shapes.known_factors()->names.size());
}

// The file holds columns one after the other, so the first rows are here and there in it.
TEST(Dataset, FirstRowsOfColumnOrderAreThose) {
  const SampleFile file("columns.npy",
                        npy_header("{'descr': '<f4', 'fortran_order': True, 'shape': (3, 2), }") +
                            bytes_of<float>({0, 0.5f, 9, 0.25f, 1, -4}));
  const Dataset two = Dataset::open(file.path()).first(2);
  EXPECT_EQ(row_of(two, 1), (Floats{0.5f, 1}));
  EXPECT_NO_THROW(two.require_unit_interval()) << "9 and -4 are of the third row";
  const SampleFile bad("columns.npy",
                       npy_header("{'descr': '<f4', 'fortran_order': True, 'shape': (3, 2), }") +
                           bytes_of<float>({0, 0.5f, 0, 0.25f, 7, 0}));
  expect_error(Errc::data, {"row 1, column 1 (from 0) is 7"},
               [&] { Dataset::open(bad.path()).first(2).require_unit_interval(); });
  EXPECT_NE(Dataset::open(bad.path()).first(2).fingerprint(), two.fingerprint());
}

// What lies behind the first rows is not looked at.
TEST(Dataset, FirstRowsHaveARangeOfTheirOwn) {
  const Dataset all = Dataset::from_values(std::vector<float>{0, 1, 7}, 1);
  EXPECT_NO_THROW(all.first(2).require_unit_interval());
  EXPECT_THROW(all.require_unit_interval(), Error);
}

TEST(Dataset, ContiguousIsWhatTheStepReadsInPlace) {
  const auto contiguous = [](std::string_view bytes) {
    return SampleFile("x", bytes).open().impl().contiguous();
  };
  const std::string four(16, '\0');
  EXPECT_TRUE(contiguous(idx_header(8, {4, 4}) + four));
  EXPECT_FALSE(contiguous(idx_header(13, {2, 2}) + four)) << "big-endian";
  EXPECT_FALSE(contiguous(idx_header(9, {4, 4}) + four)) << "i8";
  const auto npy = [](std::string dict, std::size_t offset) {
    dict.resize(offset - 10, ' ');
    return npy_header(dict);
  };
  const std::string c = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2)}";
  const std::string fortran = "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 2)}";
  EXPECT_TRUE(contiguous(npy(c, 80) + four));
  EXPECT_FALSE(contiguous(npy(c, 81) + four)) << "not aligned";
  EXPECT_FALSE(contiguous(npy(fortran, 80) + four));
  EXPECT_TRUE(Dataset::from_values(Floats{1, 2}, 1).impl().contiguous());
}

TEST(Dataset, UnalignedValuesAreReadAllTheSame) {
  const std::string header = npy_header("<f4", "(1, 2)");
  for (int padding = 0; padding < 4; ++padding) {
    const std::string dict = header.substr(10) + std::string(static_cast<std::size_t>(padding), ' ');
    const SampleFile file("x.npy", npy_header(dict) + bytes_of(Floats{0.5f, -3}));
    EXPECT_EQ(row_of(file.open(), 0), (Floats{0.5f, -3}));
  }
}

TEST(Dataset, CopiesShareTheirValuesAndOutliveTheFile) {
  auto file = std::make_unique<SampleFile>("x.idx", idx_header(8, {1, 2}) + std::string("\0\xFF", 2));
  const Dataset data = file->open();
  EXPECT_EQ(data.source(), file->path());
  file.reset();
  const Dataset copy = data;
  EXPECT_EQ(&copy.impl(), &data.impl());
  EXPECT_EQ(row_of(copy, 0), (Floats{0, 1}));
}

// A mapped file is opened without a look at its values; whoever needs all of them is told.
TEST(Dataset, OfAMappedFileIsReadWhereItIsUsed) {
  std::vector<float> values(1 << 16, 0.5f);
  values[values.size() - 2] = std::numeric_limits<float>::quiet_NaN();
  const SampleFile file("rows.npy", npy_header("<f4", "(32768, 2)") + bytes_of(values));
  const Dataset data = file.open();
  EXPECT_EQ(row_of(data, 1), (std::vector<float>{0.5f, 0.5f}));
  for (int again = 0; again < 2; ++again)
    expect_error(Errc::data, {"row 32767, column 0", "NaN"}, [&] { data.require_finite(); });
  expect_error(Errc::data, {"NaN"}, [&] { static_cast<void>(data.fingerprint()); });
  EXPECT_NO_THROW(data.first(32767).require_finite());
}

}  // namespace
}  // namespace cuvae::test
