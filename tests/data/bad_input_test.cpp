// What bad data gets: Error(data) that names the file, says what is wrong and how to mend it.
#include <sys/stat.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <limits>

#include "data/allocation_watch.hpp"
#include "data/sample_files.hpp"

namespace cuvae::test {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInf = std::numeric_limits<float>::infinity();

std::string idx_2x2() { return idx_header(8, {2, 2}) + std::string("\0\1\2\3", 4); }
std::string npy_2x2(const std::vector<float>& values) {
  return npy_header("<f4", "(2, 2)") + bytes_of(values);
}

void expect_refused_without_allocating(std::string_view name, std::string_view bytes,
                                       std::vector<std::string> parts) {
  forget_allocations();
  expect_refused(name, bytes, std::move(parts));
  EXPECT_LT(largest_allocation(), std::size_t{1} << 20);
}

TEST(BadInput, Missing) {
  expect_error(Errc::data, {"no/such.npy", "No such file", "builtin:shapes"},
               [] { static_cast<void>(Dataset::open("no/such.npy")); });
}

TEST(BadInput, Empty) {
  expect_refused("empty.npy", "", {"empty", "download"});
  expect_refused("empty.gz", gzip(""), {"its content is empty", "download"});
}

TEST(BadInput, Directory) {
  const TempDir folder;
  expect_error(Errc::data, {folder.path.string(), "no PNG pictures", "not entered"},
               [&] { static_cast<void>(Dataset::open(folder.path.string())); });
}

TEST(BadInput, Pipe) {
  const TempDir folder;
  const std::string path = (folder.path / "pipe").string();
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  expect_error(Errc::data, {path, "no regular file"}, [&] { static_cast<void>(Dataset::open(path)); });
}

TEST(BadInput, Unreadable) {
  const SampleFile file("secret.idx", idx_2x2());
  ASSERT_EQ(::chmod(file.path().c_str(), 0), 0);
  constexpr uid_t kNobody = 65534;  // root may read anything, so be someone else for the moment
  const bool root = ::geteuid() == 0;
  if (root && ::seteuid(kNobody) != 0) GTEST_SKIP() << "root that cannot become another user";
  expect_error(Errc::data, {file.path(), "Permission denied", "chmod"},
               [&] { static_cast<void>(file.open()); });
  if (root) {
    ASSERT_EQ(::seteuid(0), 0);
  }
}

TEST(BadInput, WrongMagic) {
  const std::string binary("\x01\x02\x03\x04", 4);
  expect_refused("rows.bin", binary, {"neither IDX nor NPY", "numpy.save"});
  expect_refused("rows.bin.gz", gzip(binary), {"neither IDX nor NPY", "numpy.save"});
  expect_refused("type.idx", idx_header(7, {2, 2}) + "abcd", {"byte 2", "type, is 7", "8 (u8)"});
  expect_refused("version.npy", "\x93NUMPY\x04" + std::string(30, '\0'), {"NPY version 4.0", "1.0"});
  expect_refused("minor.npy", "\x93NUMPY\x01\x09" + std::string(30, '\0'), {"NPY version 1.9", "1.0"});
}

TEST(BadInput, FilesOfOtherPrograms) {
  expect_refused("cells.h5ad", "\x89HDF\r\n\x1a\n and so on", {"HDF5", "scipy.sparse.save_npz"});
  expect_refused("one.png", "\x89PNG\r\n\x1a\n and so on", {"one PNG picture", "folder"});
  expect_refused("rows.parquet", std::string("PAR1\0", 5), {"Parquet", "numpy.save"});
  expect_refused("model.safetensors", std::string("\x10\0\0\0\0\0\0\0{", 9), {"checkpoint", "Name data"});
  expect_refused("rows.pkl", std::string("\x80\x04\x95\0", 4), {"pickle", "never read", "numpy.save"});
}

TEST(BadInput, TruncatedAnywhere) {
  const std::string idx = idx_2x2(), npy = npy_2x2({0, 1, 2, 3});
  for (std::size_t size = 4; size < idx.size(); ++size) {
    expect_refused("cut.idx", idx.substr(0, size), {"truncated", "again"});
    expect_refused("cut.idx.gz", gzip(idx.substr(0, size)), {"truncated", "again"});
  }
  for (std::size_t size = 6; size < npy.size(); ++size) {
    expect_refused("cut.npy", npy.substr(0, size), {"truncated", "again"});
  }
  const std::string version_2 = "\x93NUMPY\x02" + std::string("\0\x40\0", 3);
  expect_refused("cut.npy", version_2, {"at least 12 bytes", "has 10"});
  const std::string packed = gzip(idx);
  for (std::size_t size = 2; size < packed.size(); ++size) {
    expect_refused("cut.gz", packed.substr(0, size),
                   {"gzip data is cut off at byte " + std::to_string(size), "again"});
  }
}

TEST(BadInput, TooLong) {
  expect_refused("long.idx", idx_2x2() + "!", {"too long", "16 bytes in all", "has 17", "2 x 2"});
  expect_refused("long.npy", npy_2x2({0, 1, 2, 3}) + "!", {"too long"});
  expect_refused("long.idx.gz", gzip(idx_2x2() + "!"), {"content is too long"});
  expect_refused("longer.idx.gz", gzip(idx_2x2() + std::string(100'000, '!')), {"content is too long"});
}

TEST(BadInput, GzipIsCheckedToItsEnd) {
  const std::string content =
      idx_header(8, {200, 500}) + std::string(100'000, '\7');  // longer than any buffer
  std::string packed = gzip(content);
  expect_refused("long.gz", gzip(content + "!"), {"content is too long"});
  expect_refused("cut.gz", packed.substr(0, packed.size() - 1), {"cut off"});
  packed[packed.size() - 6] = static_cast<char>(packed[packed.size() - 6] ^ 1);  // in the CRC
  expect_refused("crc.gz", packed, {"damaged"});
}

TEST(BadInput, DamagedGzip) {
  std::string packed = gzip(idx_2x2());
  packed[packed.size() - 6] = static_cast<char>(packed[packed.size() - 6] ^ 1);  // in the CRC
  expect_refused("crc.gz", packed, {"damaged", "data check", "Download"});
  expect_refused("tail.gz", gzip(idx_2x2()) + "something else", {"not gzip follows"});
}

TEST(BadInput, HugeDeclaredSizesAllocateNothing) {
  const std::string idx = idx_header(8, {0xFFFFFFFF, 1000, 1000}) + std::string(84, '\0');
  const std::string npy = npy_header("<f8", "(1000000000, 1000)") + std::string(20, '\0');
  expect_refused_without_allocating("huge.idx", idx, {"truncated", "4294967295 x 1000 x 1000"});
  expect_refused_without_allocating("huge.idx.gz", gzip(idx), {"truncated", "at most"});
  expect_refused_without_allocating("huge.npy", npy, {"truncated", "8000000000"});
  expect_refused_without_allocating("huge.npy.gz", gzip(npy), {"truncated", "at most"});
  // Small enough to get, but not out of so short a file.
  expect_refused_without_allocating("big.idx.gz", gzip(idx_header(8, {64, 1 << 20})),
                                    {"truncated", "at most"});
}

TEST(BadInput, SizesBeyondIntegers) {
  expect_refused("rows.npy", npy_header("<f8", "(9223372036854775807, 3)"), {"more values than any file"});
  expect_refused("rows.npy", npy_header("<f8", "(9223372036854775808, 3)"), {"below 2^63"});
  expect_refused("cols.npy", npy_header("<u1", "(1, 2147483648)"), {"2^31"});
  expect_refused("wrap.npy", npy_header("<u1", "(1, 4294967296, 4294967296)"), {"2^31"});
  expect_refused("dims.idx", idx_header(8, std::vector<std::uint32_t>(255, 0xFFFFFFFF)), {"2^31"});
}

TEST(BadInput, NoRowsOrColumns) {
  expect_refused("none.idx", idx_header(8, {0, 28, 28}), {"zero rows", "0 x 28 x 28", "at least one row"});
  expect_refused("none.npy", npy_header("<f4", "(0, 3)"), {"zero rows"});
  expect_refused("thin.npy", npy_header("<f4", "(3, 0)"), {"rows are empty"});
  expect_refused("one.npy", npy_header("<f4", "()") + "abcd", {"single value"});
  expect_refused("dimensionless.idx", idx_header(8, {}), {"single value"});
}

TEST(BadInput, NpyTypesThatAreNoNumbers) {
  for (const char* descr : {"|O", "O"}) {
    expect_refused("objects.npy", npy_header(descr, "(2,)"), {"never unpickled", "astype"});
  }
  for (const char* descr :
       {"<c8", "<f2", "<f16", "|S5", "<U3", "|V8", "<M8[ns]", "", "<", "f", "<f44", "b8"}) {
    expect_refused("odd.npy", npy_header(descr, "(2,)"), {std::string("'") + descr + "'", "astype"});
  }
  expect_refused("records.npy",
                 npy_header("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,), }"),
                 {"records", "array['field']"});
}

TEST(BadInput, MalformedNpyHeaders) {
  const auto refused = [](std::string_view dict, const char* why) {
    expect_refused("odd.npy", npy_header(dict) + "abcdefgh", {"NPY header is malformed", why, "numpy.save"});
  };
  refused("", "expected '{' at byte 10");
  refused("{'descr': '<f4', 'fortran_order': False, 'shape': (2), }", "',' after the only dimension");
  refused("{'descr': '<f4', 'fortran_order': False, 'shape': (02,), }", "a dimension without a zero");
  refused("{'descr': '<f4', 'fortran_order': False}", "the keys");
  refused("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), 'more': 1}", "one of the keys");
  refused("{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (2,)}", "no second 'descr'");
  refused("{'descr': '<f4', 'fortran_order': 0, 'shape': (2,)}", "True or False");
  refused("{'descr': '<f4', 'fortran_order': False, 'shape': (-2,)}", "a dimension");
  refused("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3 4)}", "expected ')'");
  refused("{'descr': '<f4', 'fortran_order': False, 'shape': [2]}", "expected '('");
  refused("{'descr': '<f4', 'fortran_order': False, 'shape': (2,)", "expected '}'");
  refused("{'descr': '<f4', 'fortran_order': False, 'shape': (2,)} + 1", "the end of the header");
  refused("{'descr': '<f4", "a string with an end");
  refused("{descr: '<f4'}", "a string");
  refused("{,}", "a string");
}

TEST(BadInput, NpyHeaderLongerThanNumpyAllows) {
  std::string dict = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,)}";
  dict.resize(10'001, ' ');
  expect_refused_without_allocating("long.npy", npy_header(dict) + "abcdefgh", {"10001", "10,000"});
}

TEST(BadInput, NanAndInfNameTheirPlace) {
  expect_refused("nan.npy", npy_2x2({0, 1, 2, kNan}), {"row 1, column 1", "is NaN", "nan_to_num"});
  expect_refused("inf.npy", npy_2x2({0, 1, -kInf, 3}), {"row 1, column 0", "infinite"});
  expect_refused("wide.npy", npy_header("<f8", "(1, 1)") + bytes_of(std::vector<double>{1e300}),
                 {"infinite"});
  expect_error(Errc::data, {"row 1, column 0", "NaN"}, [] {
    static_cast<void>(Dataset::from_values(std::vector<float>{1, 2, kNan, kNan}, 2));
  });
}

TEST(BadInput, NanIsFoundWhereverItIs) {
  for (const std::size_t size : {1u, 15u, 16u, 17u, 4095u, 4096u, 4097u}) {
    for (const std::size_t at : {std::size_t{0}, size / 2, size - 1}) {
      std::vector<float> values(size, 0.5f);
      values[at] = kNan;
      expect_error(Errc::data, {"row " + std::to_string(at) + ", column 0"},
                   [&] { static_cast<void>(Dataset::from_values(values, 1)); });
    }
  }
}

TEST(BadInput, OutsideTheUnitInterval) {
  const SampleFile file("counts.npy", npy_2x2({0, 1, 0.5f, 3.25f}));
  expect_error(Errc::data,
               {file.path(), "row 1, column 1", "3.25", "[0, 1]", "--likelihood gaussian", "scale"},
               [&] { file.open().require_unit_interval(); });
  const std::vector<float> below{0, 1, -1e-6f, 1};
  expect_error(Errc::data, {"row 2", "-1e-06"},
               [&] { Dataset::from_values(below, 1).require_unit_interval(); });
  const std::vector<float> above{0, std::nextafter(1.0f, 2.0f)};
  expect_error(Errc::data, {"row 1", "1.0000001"},
               [&] { Dataset::from_values(above, 1).require_unit_interval(); });
  EXPECT_NO_THROW(Dataset::from_values(std::vector<float>{0, 1, -0.0f}, 1).require_unit_interval());
}

}  // namespace
}  // namespace cuvae::test
