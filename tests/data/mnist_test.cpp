#include <zlib.h>

#include <cmath>

#include "data/sample_files.hpp"

namespace cuvae::test {
namespace {

class Mnist : public testing::Test {
 protected:
  void SetUp() override {
    const auto folder = data_dir();
    if (!folder || !std::filesystem::exists(*folder / "mnist/train-images-idx3-ubyte.gz")) {
      GTEST_SKIP()
          << "MNIST is not here: set CUVAE_DATA_DIR to the folder that holds mnist/ (scripts/get_mnist.sh)";
    }
    folder_ = *folder / "mnist";
  }
  [[nodiscard]] Dataset open(const char* name) const { return Dataset::open((folder_ / name).string()); }

  std::filesystem::path folder_;
};

TEST_F(Mnist, TrainingImages) {
  const Dataset images = open("train-images-idx3-ubyte.gz");
  EXPECT_EQ(images.rows(), 60'000);
  EXPECT_EQ(images.cols(), 784);
  EXPECT_EQ(images.image(), (ImageShape{28, 28}));
  EXPECT_EQ(images.bytes(), 60'000u * 784u);
  EXPECT_NO_THROW(images.require_unit_interval());
  const std::vector<float> five = row_of(images, 0);  // the well-known first digit
  const float expected[] = {3, 18, 18, 18, 126, 136, 175, 26, 166, 255, 247, 127};
  for (std::size_t i = 0; i < std::size(expected); ++i)
    EXPECT_EQ(std::lround(five[5 * 28 + 12 + i] * 255), expected[i]);
}

TEST_F(Mnist, MeanOfAllPixelsIsThePublishedOne) {
  const Dataset images = open("train-images-idx3-ubyte.gz");
  double sum = 0;
  std::vector<float> row(784);
  for (std::int64_t i = 0; i < images.rows(); ++i) {
    images.read_row(i, row);
    for (const float value : row) sum += value;
  }
  EXPECT_NEAR(sum / 60'000 / 784, 0.1307, 5e-5);
}

TEST_F(Mnist, LabelsAndTestImages) {
  const Dataset labels = open("train-labels-idx1-ubyte.gz");
  EXPECT_EQ(labels.rows(), 60'000);
  EXPECT_EQ(labels.cols(), 1);
  const int expected[] = {5, 0, 4, 1, 9, 2, 1, 3, 1, 4};
  for (int i = 0; i < 10; ++i) EXPECT_EQ(std::lround(row_of(labels, i)[0] * 255), expected[i]);
  EXPECT_EQ(open("t10k-images-idx3-ubyte.gz").rows(), 10'000);
}

TEST_F(Mnist, InflatedFileIsTheSameData) {
  const std::string path = (folder_ / "t10k-images-idx3-ubyte.gz").string();
  std::string content(16 + 10'000 * 784, '\0');
  const gzFile packed = gzopen(path.c_str(), "rb");
  ASSERT_EQ(gzread(packed, content.data(), static_cast<unsigned>(content.size())),
            static_cast<int>(content.size()));
  gzclose(packed);
  EXPECT_EQ(SampleFile("t10k-images-idx3-ubyte", content).open().fingerprint(),
            Dataset::open(path).fingerprint());
}

}  // namespace
}  // namespace cuvae::test
