#include "src/data/open_rows.hpp"

#include <cstring>

#include "data/sample_files.hpp"

namespace cuvae::test {
namespace {

// All values, read in pieces of `piece` bytes.
std::string bytes_in_rows(const std::string& spec, std::size_t piece) {
  const auto stream = data::open_rows(spec).values;
  EXPECT_EQ(stream->header().layout, data::Layout::c);
  std::string all, part(piece, '\0');
  for (std::size_t got = piece; got == piece;) {
    got = stream->read(std::as_writable_bytes(std::span(part)));
    all.append(part, 0, got);
  }
  return all;
}

// 4 x 2 x 3 values 100 a + 10 b + c, the first index fastest.
std::string fortran_file() {
  std::vector<std::int16_t> values;
  for (int c = 0; c < 3; ++c)
    for (int b = 0; b < 2; ++b)
      for (int a = 0; a < 4; ++a) values.push_back(static_cast<std::int16_t>(100 * a + 10 * b + c));
  return npy_header("{'descr': '<i2', 'fortran_order': True, 'shape': (4, 2, 3), }") + bytes_of(values);
}

std::string same_in_c_order() {
  std::vector<std::int16_t> values;
  for (int a = 0; a < 4; ++a)
    for (int b = 0; b < 2; ++b)
      for (int c = 0; c < 3; ++c) values.push_back(static_cast<std::int16_t>(100 * a + 10 * b + c));
  return bytes_of(values);
}

TEST(OpenRows, FortranOrderIsReadRowByRow) {
  const SampleFile plain("x.npy", fortran_file()), gzipped("x.npy.gz", gzip(fortran_file()));
  for (const SampleFile* file : {&plain, &gzipped}) {
    for (const std::size_t piece : {2u, 10u, 12u, 1024u})
      EXPECT_EQ(bytes_in_rows(file->path(), piece), same_in_c_order()) << file->path() << piece;
    EXPECT_EQ(data::open_rows(file->path()).values->header().shape, (std::vector<std::int64_t>{4, 2, 3}));
  }
}

// More rows than are gathered at a time.
TEST(OpenRows, FortranOrderOfManyRows) {
  constexpr std::size_t kRows = 7'000'000, kColumns = 3;
  std::string columns(kRows * kColumns, '\0'), rows(columns.size(), '\0');
  for (std::size_t row = 0; row < kRows; ++row)
    for (std::size_t column = 0; column < kColumns; ++column)
      columns[column * kRows + row] = rows[row * kColumns + column] =
          static_cast<char>((row + column * 77) % 251);
  const SampleFile file(
      "x.npy", npy_header("{'descr': '|u1', 'fortran_order': True, 'shape': (7000000, 3), }") + columns);
  EXPECT_TRUE(bytes_in_rows(file.path(), 30'000) == rows);
}

TEST(OpenRows, TruncatedFortranOrderIsRefused) {
  const std::string whole = fortran_file();
  const SampleFile file("x.npy", whole.substr(0, whole.size() - 1));
  expect_error(Errc::data, {file.path(), "truncated"},
               [&] { static_cast<void>(bytes_in_rows(file.path(), 12)); });
}

TEST(OpenRows, BuiltInPicturesAreRowsToo) {
  const Dataset shapes = Dataset::open("builtin:shapes:3");
  const std::string bytes = bytes_in_rows("builtin:shapes:3", 1000);
  ASSERT_EQ(bytes.size(), shapes.bytes());
  std::vector<float> expected(3 * 784);
  for (std::size_t row = 0; row < 3; ++row)
    shapes.read_row(static_cast<std::int64_t>(row), std::span(expected).subspan(row * 784, 784));
  for (std::size_t i = 0; i < bytes.size(); ++i)
    ASSERT_FLOAT_EQ(static_cast<float>(static_cast<std::uint8_t>(bytes[i])) / 255, expected[i]);
}

TEST(OpenRows, ATableNamesItsColumns) {
  const SampleFile file("x.csv", "a,b,c\n1,2,3\n");
  EXPECT_EQ(data::open_rows(file.path()).values->column_names(), (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(data::open_rows(file.path() + ":c,a").values->column_names(),
            (std::vector<std::string>{"c", "a"}));
  const SampleFile bare("x.csv", "1,2,3\n");
  EXPECT_TRUE(data::open_rows(bare.path()).values->column_names().empty());
}

}  // namespace
}  // namespace cuvae::test
