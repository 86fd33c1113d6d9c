// Arrays in every format and type, as numpy reads them.
#include "src/io/array_format.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <limits>

#include "data/sample_files.hpp"
#include "io/python.hpp"
#include "support/test_data.hpp"

namespace cuvae::test {
namespace {

using core::ElementType;

constexpr const char* kEndings[] = {".npy", ".npz", ".csv", ".tsv", ".csv.gz", ".tsv.gz"};

// Loads files as arrays, whatever their ending.
constexpr const char* kLoad =
    "import numpy, sys\n"
    "def load(path):\n"
    "  if path.endswith('.npy'): return numpy.load(path)\n"
    "  if path.endswith('.npz'):\n"
    "    with numpy.load(path) as arrays:\n"
    "      assert list(arrays) == ['arr_0'], list(arrays)\n"
    "      return arrays['arr_0']\n"
    "  delimiter = '\\t' if '.tsv' in path else ','\n"
    "  return numpy.loadtxt(path, delimiter=delimiter, skiprows=1, ndmin=2, dtype=sys.argv[1])\n";

class ArrayFormats : public testing::Test {
 protected:
  TempDir folder_;
};

template <class T>
std::vector<std::byte> extremes() {
  std::vector<T> values{
      std::numeric_limits<T>::lowest(), std::numeric_limits<T>::max(), T{0}, T{1}, T{7}, T{3}};
  std::vector<std::byte> bytes(values.size() * sizeof(T));
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

std::vector<std::byte> extremes_of(ElementType type) {
  return core::with_type(type, [](auto value) {
    using T = decltype(value);
    if constexpr (std::is_same_v<T, core::Boolean>) {
      return std::vector<std::byte>{std::byte{0}, std::byte{1}, std::byte{0},
                                    std::byte{1}, std::byte{1}, std::byte{0}};
    } else {
      return extremes<T>();
    }
  });
}

// Every type in every format, with the number of rows known before and not.
TEST_F(ArrayFormats, NumpyReadsTheSameValues) {
  constexpr const char* kTypes[] = {"u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f4", "f8", "?"};
  for (std::size_t i = 0; i < std::size(kTypes); ++i) {
    const auto type = static_cast<ElementType>(i);
    const std::vector<std::byte> values = extremes_of(type);
    const std::string raw = (folder_.path / "raw").string();
    write_file(raw, {reinterpret_cast<const char*>(values.data()), values.size()});
    std::vector<std::string> args{"-c",
                                  std::string(kLoad) +
                                      "want = numpy.fromfile(sys.argv[2], sys.argv[1]).reshape(3, 2)\n"
                                      "for path in sys.argv[3:]:\n"
                                      "  got = load(path)\n"
                                      "  same = got.dtype == want.dtype and got.tobytes() == want.tobytes()\n"
                                      "  if not same or got.shape != want.shape: print(path, got)\n",
                                  kTypes[i], raw};
    for (const char* ending : kEndings) {
      for (const std::int64_t rows : {std::int64_t{3}, io::kRowsToCome}) {
        args.push_back((folder_.path / (std::to_string(args.size()) + ending)).string());
        const auto file = io::write_array(args.back(), {type, {rows, 2}});
        for (std::size_t at = 0; at < values.size(); at += values.size() / 6)
          file->append(std::span(values).subspan(at, values.size() / 6));
        file->commit();
      }
    }
    const auto printed = run_python(args);
    if (!printed) GTEST_SKIP() << kNoPython;
    EXPECT_EQ(*printed, "") << kTypes[i];
  }
}

TEST_F(ArrayFormats, TheSameValuesGiveTheSameFile) {
  for (const char* ending : kEndings) {
    const std::filesystem::path path = folder_.path / (std::string("x") + ending);
    const auto written = [&] {
      const auto file = io::write_array(path, {.shape = {2, 1}});
      file->append(std::vector<float>{0.1f, 2});
      file->commit();
      return read_file(path);
    };
    const std::string once = written();
    EXPECT_EQ(written(), once) << ending;
  }
}

// The file that was there stays.
TEST_F(ArrayFormats, WithoutACommitNothingIsWritten) {
  for (const char* ending : kEndings) {
    const std::filesystem::path path = folder_.path / (std::string("x") + ending);
    write_file(path, "old");
    {
      const auto file = io::write_array(path, {.shape = {io::kRowsToCome, 2}});
      file->append(std::vector<float>{1, 2, 3});
      expect_error(Errc::invalid_argument, {"last row"}, [&] { file->commit(); });
    }
    EXPECT_EQ(read_file(path), "old") << ending;
    std::filesystem::remove(path);
    EXPECT_TRUE(std::filesystem::is_empty(folder_.path)) << ending;
  }
}

TEST_F(ArrayFormats, AFolderThatIsNotThereIsNamed) {
  for (const char* ending : kEndings) {
    const std::string path = (folder_.path / "absent" / "x").string() + ending;
    expect_error(Errc::io, {path, "No such file", "Create the folder"}, [&] {
      static_cast<void>(io::write_array(path, {.shape = {1, 1}}));
    });
  }
}

TEST_F(ArrayFormats, AreKnownByTheirEndings) {
  for (const char* ending : kEndings) EXPECT_TRUE(io::is_array_file(std::string("some/x") + ending));
  EXPECT_TRUE(io::is_array_file("/dev/stdout"));
  for (const char* name : {"x", "x.npy.gz", "x.gz", "x.NPY", ".npy", "x.png", ""})
    EXPECT_FALSE(io::is_array_file(name)) << name;
  expect_error(Errc::invalid_argument, {"'x.txt' must end in .npy, .npz, .csv, .tsv, .csv.gz or .tsv.gz"},
               [] {
                 static_cast<void>(io::write_array("x.txt", {.shape = {1, 1}}));
               });
}

TEST_F(ArrayFormats, APieceOfAValueIsRefused) {
  const auto file = io::write_array(folder_.path / "x.npy", {.shape = {1, 1}});
  const std::byte three[3] = {};
  expect_error(Errc::invalid_argument, {"whole values"},
               [&] { file->append(std::span<const std::byte>(three)); });
}

}  // namespace
}  // namespace cuvae::test
