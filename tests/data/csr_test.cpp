// Sparse matrices of scipy, as dense rows.
#include <numeric>
#include <random>

#include "data/allocation_watch.hpp"
#include "data/numpy_files.hpp"
#include "data/sample_files.hpp"
#include "data/sample_zip.hpp"
#include "src/data/dataset_impl.hpp"
#include "src/data/npz_stream.hpp"

namespace cuvae::test {
namespace {

using Ints = std::vector<std::int32_t>;
using Longs = std::vector<std::int64_t>;
using Floats = std::vector<float>;

std::string array(std::string_view descr, std::size_t count, const std::string& values) {
  return npy_header(descr, "(" + std::to_string(count) + ",)") + values;
}

// The arrays of an archive of scipy.sparse.save_npz; any may be spoilt before it is written.
struct Matrix {
  Longs shape;
  Ints indptr, indices;
  Floats data;
  std::string format = "csr";

  [[nodiscard]] std::vector<ZipSample> members() const {
    return {{.name = "indices.npy", .content = array("<i4", indices.size(), bytes_of(indices)), .method = 8},
            {.name = "indptr.npy", .content = array("<i4", indptr.size(), bytes_of(indptr)), .method = 8},
            {.name = "format.npy",
             .content = npy_header("|S" + std::to_string(format.size()), "()") + format,
             .method = 8},
            {.name = "shape.npy", .content = array("<i8", shape.size(), bytes_of(shape)), .method = 8},
            {.name = "data.npy", .content = array("<f4", data.size(), bytes_of(data)), .method = 8}};
  }
  [[nodiscard]] std::string bytes() const { return zip_of(members()); }
  // With one array replaced.
  [[nodiscard]] std::string bytes_with(const std::string& name, const std::string& content) const {
    std::vector<ZipSample> all = members();
    for (ZipSample& member : all) {
      if (member.name == name + ".npy") member.content = content;
    }
    return zip_of(all);
  }
};

// 0 1 0
// 0 0 0
// 2 0 3
Matrix small() { return {{3, 3}, {0, 1, 1, 3}, {1, 0, 2}, {1, 2, 3}}; }

Floats all_of(data::ValueStream& stream, std::size_t piece) {
  Floats values;
  for (;;) {
    Floats part(piece);
    const std::size_t got = stream.read(std::as_writable_bytes(std::span(part)));
    values.insert(values.end(), part.begin(),
                  part.begin() + static_cast<std::ptrdiff_t>(got / sizeof(float)));
    if (got < piece * sizeof(float)) return values;
  }
}

void expect_rows(const Matrix& matrix, const std::vector<Floats>& rows) {
  const SampleFile file("x.npz", matrix.bytes());
  const Dataset data = file.open();
  ASSERT_EQ(data.rows(), std::ssize(rows));
  for (std::size_t row = 0; row < rows.size(); ++row)
    EXPECT_EQ(row_of(data, static_cast<std::int64_t>(row)), rows[row]);
}

// Both the check and the reading refuse it with these words.
void expect_csr_refused(const std::string& bytes, std::vector<std::string> parts) {
  const SampleFile file("x.npz", bytes);
  parts.push_back(file.path());
  expect_error(Errc::data, parts, [&] { data::open_npz(file.path(), "")->check(); });
  expect_error(Errc::data, parts, [&] { all_of(*data::open_npz(file.path(), ""), 1 << 20); });
}

class CsrFiles : public NumpyTest {
 protected:
  static void SetUpTestSuite() { write_files("write_npz_files.py"); }
};

TEST_F(CsrFiles, EveryTypeOrderAndIndex) {
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder_->path)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with("csr-") || !name.ends_with(".npz")) continue;
    SCOPED_TRACE(name);
    ++files;
    const Dataset sparse = Dataset::open(entry.path().string());
    const Dataset dense = Dataset::open(path(entry.path().stem().string() + ".npy"));
    ASSERT_EQ(sparse.rows(), 50);
    ASSERT_EQ(sparse.cols(), 40);
    for (std::int64_t row = 0; row < 50; ++row) ASSERT_EQ(row_of(sparse, row), row_of(dense, row)) << row;
  }
  EXPECT_EQ(files, 11 * 2 * 2);
}

TEST_F(CsrFiles, AreRecognisedByTheirArrays) {
  EXPECT_EQ(row_of(Dataset::open(path("array.npz")), 2), (Floats{0, 0, 1, 0}));
  EXPECT_EQ(row_of(Dataset::open(path("unicode.npz")), 2), (Floats{0, 0, 1, 0}));
  EXPECT_EQ(Dataset::open(path("array.npz") + ":indptr").rows(), 5);  // by name: the array itself
  EXPECT_EQ(Dataset::open(path("array.npz")).description(),
            "NPZ, sparse (CSR) f32, 4 values stored, in memory");
}

TEST_F(CsrFiles, OtherFormatsAreRefusedByName) {
  for (const std::string format : {"csc", "coo", "bsr", "dia"})
    expect_error(Errc::data, {format + ".npz", "in the format '" + format + "'", "tocsr()"},
                 [&] { static_cast<void>(Dataset::open(path(format + ".npz"))); });
}

TEST(Csr, RowsAreDense) { expect_rows(small(), {{0, 1, 0}, {0, 0, 0}, {2, 0, 3}}); }

TEST(Csr, EntriesComeInAnyOrderAndAreAddedUp) {
  expect_rows({{2, 4}, {0, 5, 7}, {3, 0, 3, 1, 3, 2, 2}, {1, 2, 4, 8, 16, 1, -1}},
              {{2, 8, 0, 21}, {0, 0, 0, 0}});
}

TEST(Csr, BytesAreNumbersAndNoPixels) {
  const std::string bytes = small().bytes_with("data", array("|u1", 3, "\1\2\3"));
  EXPECT_EQ(row_of(SampleFile("x.npz", bytes).open(), 2), (Floats{2, 0, 3}));
}

TEST(Csr, TwoOfBoolAreOne) {
  const Matrix matrix{{1, 3}, {0, 3}, {1, 1, 2}, {1, 1, 1}};
  const std::string bytes = matrix.bytes_with("data", array("|b1", 3, std::string("\1\1\0", 3)));
  EXPECT_EQ(row_of(SampleFile("x.npz", bytes).open(), 0), (Floats{0, 1, 0}));
}

// Rows wider than what is made dense at a time; more values than are read at a time.
TEST(Csr, AnyWidthIsReadInAnyPieces) {
  for (const std::int64_t columns :
       {std::int64_t{1}, std::int64_t{7}, std::int64_t{1} << 20, (std::int64_t{1} << 20) + 1}) {
    SCOPED_TRACE(columns);
    std::mt19937 random(1);
    const std::int64_t rows = columns < 10 ? 20'000 : 2;
    Matrix matrix{{rows, columns}, {0}, {}, {}};
    Floats dense(static_cast<std::size_t>(rows * columns));
    for (std::int64_t row = 0; row < rows; ++row) {
      Ints row_columns(columns < 10 ? 3 : 10'000);
      for (std::int32_t& column : row_columns) column = static_cast<std::int32_t>(random() % columns);
      std::ranges::sort(row_columns);
      for (const std::int32_t column : row_columns) {
        const auto value = static_cast<float>(random() % 100);
        matrix.indices.push_back(column);
        matrix.data.push_back(value);
        dense[static_cast<std::size_t>(row * columns + column)] += value;
      }
      matrix.indptr.push_back(static_cast<std::int32_t>(matrix.indices.size()));
    }
    const SampleFile file("x.npz", matrix.bytes());
    EXPECT_NO_THROW(data::open_npz(file.path(), "")->check());
    EXPECT_TRUE(all_of(*data::open_npz(file.path(), ""), 300'007) == dense);
  }
}

TEST(Csr, WideRowsAreSortedAtLeastRoughly) {
  constexpr std::int32_t kMillion = 1 << 20;
  const auto matrix = [](const Ints& indices) {
    return Matrix{{1, kMillion + 9}, {0, 3}, indices, {1, 2, 3}};
  };
  const SampleFile fine("x.npz", matrix({5, 3, kMillion}).bytes());
  EXPECT_EQ(row_of(fine.open(), 0)[3], 2.0f);
  expect_csr_refused(matrix({5, kMillion, 6}).bytes(),
                     {":indices", "row 0", "column 6 (value 2 of indices", "sort_indices()"});
}

TEST(Csr, WhatItDeclaresIsCheckedWithoutMakingIt) {
  constexpr std::int64_t kRows = 1'000'000;
  Matrix matrix{{kRows, 2'000'000'000}, Ints(kRows + 1, 0), {1'999'999'999}, {1}};
  matrix.indptr.back() = 1;
  const SampleFile file("x.npz", matrix.bytes());
  forget_allocations();
  const std::unique_ptr<data::ValueStream> stream = data::open_npz(file.path(), "");
  EXPECT_EQ(stream->header().rows(), kRows);
  EXPECT_NO_THROW(stream->check());
  expect_error(Errc::out_of_memory, {file.path()}, [&] { static_cast<void>(file.open()); });
  matrix.indices[0] = -1;
  expect_error(Errc::data, {"row 999999", "column -1"},
               [&] { data::open_npz(SampleFile("x.npz", matrix.bytes()).path(), "")->check(); });
  EXPECT_LT(largest_allocation(), std::size_t{8} << 20);
}

TEST(Csr, RowsThatDoNotFit) {
  Matrix matrix = small();
  matrix.indptr = {0, 1, 3};
  expect_csr_refused(matrix.bytes(), {":indptr", "it has 3 values, but 3 rows"});
  matrix.indptr = {1, 1, 1, 3};
  expect_csr_refused(matrix.bytes(), {":indptr", "begins with 1, not 0"});
  matrix.indptr = {0, 2, 1, 3};
  expect_csr_refused(matrix.bytes(), {":indptr", "row 1", "ends at value 1, before it begins, at 2"});
  matrix.indptr = {0, 1, 4, 3};
  expect_csr_refused(matrix.bytes(), {":indptr", "row 1", "ends at value 4, but there are 3"});
  matrix.indptr = {0, 1, 1, 2};
  expect_csr_refused(matrix.bytes(), {":indptr", "row 2", "ends at value 2, but there are 3"});
  matrix.indptr = {0, -1, 1, 3};
  expect_csr_refused(matrix.bytes(), {":indptr", "row 0", "ends at value -1"});
  const Longs far{0, std::int64_t{1} << 32, 1, 3};
  expect_csr_refused(small().bytes_with("indptr", array("<i8", 4, bytes_of(far))),
                     {"row 0", "ends at value 4294967296"});
}

TEST(Csr, ColumnsThatDoNotFit) {
  Matrix matrix = small();
  matrix.indices = {1, 0, 3};
  expect_csr_refused(matrix.bytes(), {":indices", "row 2", "column 3 (value 2 of indices", "has 3 columns"});
  matrix.indices = {-1, 0, 2};
  expect_csr_refused(matrix.bytes(), {":indices", "row 0", "column -1"});
  const Longs far{std::int64_t{1} << 32, 0, 2};
  expect_csr_refused(small().bytes_with("indices", array("<i8", 3, bytes_of(far))), {"column 4294967296"});
}

TEST(Csr, ArraysThatDoNotFit) {
  Matrix matrix = small();
  matrix.data.push_back(4);
  expect_csr_refused(matrix.bytes(), {":indices", "it has 3 values, but the array 'data' has 4"});
  for (const char* name : {"indices", "indptr"}) {
    expect_csr_refused(small().bytes_with(name, array("<f4", 3, std::string(12, '\0'))),
                       {std::string(":") + name, "type f32, not i32 or i64"});
    expect_csr_refused(small().bytes_with(name, npy_header("<i4", "(3, 1)") + std::string(12, '\0')),
                       {std::string(":") + name, "3 x 1", "one dimension"});
  }
  expect_csr_refused(small().bytes_with("data", npy_header("<f4", "(3, 1)") + std::string(12, '\0')),
                     {":data", "one dimension"});
  expect_csr_refused(small().bytes_with("data", npy_header("|O", "(3,)") + "..."),
                     {":data", "never unpickled"});
  expect_csr_refused(small().bytes_with("indices", array("<i4", 3, std::string(11, '\0'))),
                     {":indices", "truncated"});
}

TEST(Csr, ShapesThatAreNone) {
  const auto shape = [](const Longs& extents) {
    Matrix matrix = small();
    matrix.shape = extents;
    return matrix.bytes();
  };
  expect_csr_refused(shape({3}), {":shape", "1 values, those of a matrix are two"});
  expect_csr_refused(shape({3, 3, 3}), {":shape", "3 values"});
  expect_csr_refused(shape({0, 3}), {":shape", "0 x 3", "at least one row"});
  expect_csr_refused(shape({3, -3}), {":shape", "3 x -3"});
  expect_csr_refused(shape({3, std::int64_t{1} << 31}), {":shape", "2^31 - 1"});
  expect_csr_refused(shape({std::int64_t{1} << 40, 1 << 30}), {":shape", "more than any machine"});
  expect_csr_refused(shape({std::int64_t{1} << 40, 3}), {":indptr", "it has 4 values"});
}

TEST(Csr, MissingOrEmptyArrays) {
  for (const char* name : {"indices", "indptr"}) {
    std::vector<ZipSample> members = small().members();
    std::erase_if(members,
                  [&](const ZipSample& member) { return member.name == name + std::string(".npy"); });
    expect_csr_refused(zip_of(members), {"sparse", std::string("without its array '") + name + "'"});
  }
  expect_csr_refused(Matrix{{2, 2}, {0, 0, 0}, {}, {}}.bytes(), {":indices", "all values", "zero"});
}

TEST(Csr, ADamagedArrayIsFound) {
  std::vector<ZipSample> members = small().members();
  for (ZipSample& member : members) {
    member.crc = 1;
    expect_csr_refused(zip_of(members), {"x.npz:" + member.name.substr(0, member.name.size() - 4), "CRC"});
    member.crc.reset();
  }
}

TEST(Csr, NotANumberHasItsPlace) {
  Matrix matrix = small();
  matrix.data[1] = std::numeric_limits<float>::quiet_NaN();
  const SampleFile file("x.npz", matrix.bytes());
  expect_error(Errc::data, {"row 2, column 0", "NaN"}, [&] { file.open().require_finite(); });
}

}  // namespace
}  // namespace cuvae::test
