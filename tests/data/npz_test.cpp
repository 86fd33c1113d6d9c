// Arrays of archives, against files that numpy itself writes.
#include "data/numpy_files.hpp"
#include "data/sample_files.hpp"
#include "data/sample_zip.hpp"
#include "src/data/dataset_impl.hpp"
#include "src/data/npz_stream.hpp"

namespace cuvae::test {
namespace {

class NpzFiles : public NumpyTest {
 protected:
  static void SetUpTestSuite() { write_files("write_npz_files.py"); }
};

// x of write_npz_files.py.
void expect_x(const Dataset& data) {
  ASSERT_EQ(data.rows(), 5);
  ASSERT_EQ(data.cols(), 6);
  for (std::int64_t row = 0; row < 5; ++row) {
    const std::vector<float> values = row_of(data, row);
    for (std::size_t col = 0; col < 6; ++col)
      EXPECT_EQ(values[col], static_cast<float>(row * 6) + static_cast<float>(col));
  }
}

TEST_F(NpzFiles, TheOnlyArrayNeedsNoName) {
  for (const char* how : {"stored", "deflated", "fortran"}) {
    SCOPED_TRACE(how);
    const std::string file = path(std::string("dense-") + how + ".npz");
    expect_x(Dataset::open(file));
    expect_x(Dataset::open(file + ":x"));
    expect_x(Dataset::open(file + ":x.npy"));
  }
  EXPECT_EQ(Dataset::open(path("dense-stored.npz")).description(), "NPY, f32, of an archive, in memory");
  EXPECT_EQ(Dataset::open(path("dense-deflated.npz")).description(),
            "NPY, f32, of an archive, deflated, in memory");
}

TEST_F(NpzFiles, OneOfSeveralIsNamed) {
  const std::string file = path("several.npz");
  const Dataset images = Dataset::open(file + ":images");
  EXPECT_EQ(images.image(), (ImageShape{4, 6}));
  EXPECT_EQ(row_of(images, 4)[23], 119 * (1.0f / 255));
  EXPECT_EQ(Dataset::open(file + ":labels").rows(), 5);
  expect_x(Dataset::open(file + ":übung/één"));
}

TEST_F(NpzFiles, OneOfSeveralMustBeNamed) {
  const std::string file = path("several.npz");
  const auto open = [&](const std::string& part) { static_cast<void>(Dataset::open(file + part)); };
  expect_error(Errc::data,
               {file, "4 arrays", "images (5 x 4 x 6, u1)", "labels (5, i8)", "step (one value, i8)",
                "several.npz:images"},
               [&] { open(""); });
  expect_error(Errc::data, {file, "no array 'image'", "did you mean 'images'?", "labels (5, i8)"},
               [&] { open(":image"); });
  expect_error(Errc::data, {file + ":step", "single value"}, [&] { open(":step"); });
}

TEST_F(NpzFiles, PicklesAndNothingAreRefused) {
  const auto open = [&](const char* name) { static_cast<void>(Dataset::open(path(name))); };
  expect_error(Errc::data, {path("objects.npz") + ":x", "never unpickled"}, [&] { open("objects.npz"); });
  expect_error(Errc::data, {path("none.npz"), "without arrays", "savez"}, [&] { open("none.npz"); });
}

std::string array(const std::string& shape, const std::string& values) {
  return npy_header("<f4", shape) + values;
}

TEST(Npz, MembersThatAreNoArraysArePassedOver) {
  const SampleFile file("x.npz", zip_of({{.name = "readme.txt", .content = "about it"},
                                         {.name = ".npy", .content = "no name"},
                                         {.name = "x.npy", .content = array("(2, 1)", "abcdefgh")}}));
  EXPECT_EQ(file.open().rows(), 2);
  expect_error(Errc::data, {"no array 'readme.txt'", "It has x (2 x 1, f4)."},
               [&] { static_cast<void>(Dataset::open(file.path() + ":readme.txt")); });
}

TEST(Npz, TheExactNameComesFirst) {
  const SampleFile file("x.npz", zip_of({{.name = "x.npy", .content = array("(2, 1)", "abcdefgh")},
                                         {.name = "x.npy.npy", .content = array("(1, 1)", "abcd")}}));
  EXPECT_EQ(Dataset::open(file.path() + ":x.npy").rows(), 1);
  EXPECT_EQ(Dataset::open(file.path() + ":x").rows(), 2);
}

TEST(Npz, ManyArraysAreNotAllListed) {
  std::vector<ZipSample> members;
  for (int i = 0; i < 500; ++i)
    members.push_back({.name = "array" + std::to_string(i) + ".npy", .content = "none"});
  expect_refused("x.npz", zip_of(members), {"500 arrays", "array0, array1", "and 494 more"});
}

TEST(Npz, NamesAreShownWithoutControlCharacters) {
  const std::string name = "a\n\t\x1b[31mb";
  expect_refused("x.npz",
                 zip_of({{.name = name + ".npy", .content = "x"}, {.name = "b.npy", .content = "x"}}),
                 {"2 arrays"});
}

TEST(Npz, AnArrayIsExactlyAsLongAsItsHeaderSays) {
  const auto refused = [](const std::string& content, std::vector<std::string> parts) {
    parts.push_back("x.npz:x");
    for (const std::uint16_t method : {std::uint16_t{0}, std::uint16_t{8}})
      expect_refused("x.npz", zip_of({{.name = "x.npy", .content = content, .method = method}}), parts);
  };
  refused(array("(2, 1)", "abcdefg"), {"truncated", "again"});
  refused(array("(2, 1)", "abcdefghi"), {"too long"});
  refused(array("(1000000, 1000000)", "abcd"), {"truncated", "1000000 x 1000000"});
  refused("", {"content is empty"});
  refused("1,2,3\n", {"neither IDX nor NPY"});
}

TEST(Npz, ADamagedArrayIsNamed) {
  std::string bytes = zip_of({{.name = "x.npy", .content = array("(2, 1)", "abcdefgh")}});
  const std::size_t value = bytes.find("abcdefgh");
  bytes[value] ^= 1;
  expect_refused("x.npz", bytes, {"x.npz:x", "damaged", "CRC error"});
}

}  // namespace
}  // namespace cuvae::test
