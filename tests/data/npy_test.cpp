// The NPY reader against files that numpy itself writes.
#include <map>

#include "data/numpy_files.hpp"
#include "data/sample_files.hpp"
#include "src/data/dataset_impl.hpp"

namespace cuvae::test {
namespace {

namespace fs = std::filesystem;

// What write_npy_files.py put there.
float expected_value(char kind, std::int64_t i) {
  if (kind == 'b') return i % 3 == 0 ? 1.0f : 0.0f;
  const auto value = static_cast<float>(i * 37 % 101);
  return kind == 'u' ? value : kind == 'i' ? value - 50 : (value - 50) / 4;
}

std::vector<std::int64_t> shape_of(const std::string& file_name) {
  std::vector<std::int64_t> shape;
  std::istringstream text(file_name.substr(file_name.rfind('-') + 1));
  for (std::int64_t extent; text >> extent; text.get()) shape.push_back(extent);
  return shape;
}

class NumpyFiles : public NumpyTest {
 protected:
  static void SetUpTestSuite() { write_files("write_npy_files.py"); }
};

TEST_F(NumpyFiles, EveryTypeOrderLayoutVersionAndShape) {
  std::map<std::string, std::uint64_t> fingerprints;  // of a file's name without the version
  int files = 0;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder_->path)) {
    const std::string name = entry.path().filename().string();
    if (name.find("-v") == std::string::npos) continue;
    SCOPED_TRACE(name);
    ++files;
    const std::vector<std::int64_t> shape = shape_of(name);
    std::int64_t cols = 1;
    for (std::size_t axis = 1; axis < shape.size(); ++axis) cols *= shape[axis];
    const Dataset data = Dataset::open(entry.path().string());
    ASSERT_EQ(data.rows(), shape[0]);
    ASSERT_EQ(data.cols(), cols);
    const float scale = name.starts_with("u1") ? 1.0f / 255 : 1.0f;
    for (std::int64_t row = 0; row < shape[0]; ++row) {
      const std::vector<float> values = row_of(data, row);
      for (std::int64_t col = 0; col < cols; ++col) {
        ASSERT_EQ(values[static_cast<std::size_t>(col)], expected_value(name[0], row * cols + col) * scale)
            << "row " << row << " column " << col;
      }
    }
    const std::size_t version = name.find("-v");
    const auto [same, first] =
        fingerprints.emplace(name.substr(0, version) + name.substr(version + 3), data.fingerprint());
    EXPECT_TRUE(first || same->second == data.fingerprint());
    EXPECT_TRUE(data.impl().mapped);
  }
  EXPECT_EQ(files, 11 * 5 * 2 * 2 * 3);
}

TEST_F(NumpyFiles, PicturesAreRecognised) {
  const auto image = [](const char* name) { return Dataset::open((folder_->path / name).string()).image(); };
  EXPECT_EQ(image("f4-little-C-v1-3x4x5.npy"), (ImageShape{4, 5}));
  EXPECT_EQ(image("f4-little-F-v1-3x4x5x1.npy"), (ImageShape{4, 5}));
  EXPECT_EQ(image("f4-little-C-v1-2x3x2x5.npy"), (ImageShape{2, 5, 3, ChannelOrder::planar}));
  EXPECT_EQ(image("f4-little-C-v1-5x6.npy"), ImageShape{});
  EXPECT_EQ(image("binary.npy"), (ImageShape{4, 4}));
}

TEST_F(NumpyFiles, DescriptionsSayWhatIsUnusual) {
  const auto description = [](const char* name) {
    return Dataset::open((folder_->path / name).string()).description();
  };
  EXPECT_EQ(description("f4-little-C-v1-5x6.npy"), "NPY, f32, memory-mapped");
  EXPECT_EQ(description("i2-big-F-v2-5x6.npy"), "NPY, i16, big-endian, Fortran order, memory-mapped");
  EXPECT_EQ(description("b1-big-C-v1-5x6.npy"), "NPY, bool, memory-mapped");
}

TEST_F(NumpyFiles, BytesOfZeroAndOneAreValues) {
  const Dataset data = Dataset::open((folder_->path / "binary.npy").string());
  std::vector<float> expected(16);
  expected[3] = 1;
  EXPECT_EQ(row_of(data, 3), expected);
  EXPECT_EQ(data.impl().scale, 1.0f);
  EXPECT_EQ(data.impl().facts().high, 1.0f);
  EXPECT_NO_THROW(data.require_unit_interval());
}

TEST_F(NumpyFiles, ObjectsAndRecordsAreRefused) {
  const auto open = [](const char* name) {
    static_cast<void>(Dataset::open((folder_->path / name).string()));
  };
  expect_error(Errc::data, {"objects.npy", "never unpickled"}, [&] { open("objects.npy"); });
  expect_error(Errc::data, {"records.npy", "records with fields"}, [&] { open("records.npy"); });
}

TEST(Npy, GzippedIsReadToo) {
  const std::vector<float> values{1, 2, 3, 4};
  const SampleFile file("x.npy.gz", gzip(npy_header("<f4", "(2, 2)") + bytes_of(values)));
  EXPECT_EQ(row_of(file.open(), 1), (std::vector<float>{3, 4}));
  EXPECT_TRUE(file.open().impl().contiguous());
}

TEST(Npy, HeadersOfPython2AndOddSpacingAreRead) {
  const std::string dict = "{\"shape\" : ( 2L , 1L ) ,'fortran_order':True,'descr':'=i2'}";
  EXPECT_EQ(SampleFile("x.npy", npy_header(dict) + bytes_of(std::vector<std::int16_t>{4, -5})).open().rows(),
            2);
}

}  // namespace
}  // namespace cuvae::test
