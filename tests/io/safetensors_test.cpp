#include "src/io/safetensors.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "data/sample_files.hpp"
#include "io/python.hpp"
#include "support/test_data.hpp"

namespace cuvae::test {
namespace {

using io::DType;
using io::SafetensorsFile;
using io::TensorView;

template <class T>
TensorView view(std::string name, DType type, std::vector<std::int64_t> shape, const std::vector<T>& values) {
  return {std::move(name), type, std::move(shape), std::as_bytes(std::span(values))};
}

// One tensor of each type, an empty one and a scalar, in an order that leaves some of them unaligned.
struct Sample {
  std::vector<float> weight{1, -2.5f, 3e-40f, std::numeric_limits<float>::infinity(), 0, -0.0f};
  std::vector<std::uint8_t> bytes{0, 127, 255};
  std::vector<double> sums{0.1, 1e300};
  std::vector<std::int64_t> counters{-1, std::numeric_limits<std::int64_t>::max()};
  std::vector<float> none, one{7};
  std::map<std::string, std::string> metadata{{"format", "pt"}, {"odd", "\"\\\n\t\x01 \xC3\xA9"}};

  [[nodiscard]] std::vector<TensorView> views() const {
    return {view("encoder.0.weight", DType::f32, {2, 3}, weight),
            view("bytes", DType::u8, {3}, bytes),
            view("sums", DType::f64, {2}, sums),
            view("none", DType::f32, {0, 4}, none),
            view("counters", DType::i64, {2, 1}, counters),
            view("one", DType::f32, {}, one)};
  }
};

class Safetensors : public testing::Test {
 protected:
  Safetensors() { io::write_safetensors(path_, sample_.views(), sample_.metadata); }

  TempDir folder_;
  std::filesystem::path path_ = folder_.path / "model.safetensors";
  Sample sample_;
};

TEST_F(Safetensors, ReadsBackWhatItWrote) {
  const SafetensorsFile file = SafetensorsFile::open(path_);
  EXPECT_EQ(file.metadata(), sample_.metadata);
  EXPECT_EQ(file.names(),
            (std::vector<std::string>{"bytes", "counters", "encoder.0.weight", "none", "one", "sums"}));
  EXPECT_TRUE(file.contains("none"));
  EXPECT_FALSE(file.contains("__metadata__"));
  EXPECT_EQ(file.shape("encoder.0.weight"), (std::vector<std::int64_t>{2, 3}));
  EXPECT_EQ(file.shape("none"), (std::vector<std::int64_t>{0, 4}));
  EXPECT_TRUE(file.shape("one").empty());
  EXPECT_EQ(bytes_of(file.floats("encoder.0.weight")), bytes_of(sample_.weight));
  EXPECT_EQ(file.floats("none"), sample_.none);
  EXPECT_EQ(file.floats("one"), sample_.one);
  EXPECT_EQ(file.doubles("sums"), sample_.sums);
  EXPECT_EQ(file.integers("counters"), sample_.counters);
  ASSERT_EQ(file.bytes("bytes").size(), sample_.bytes.size());
  EXPECT_EQ(file.bytes("bytes")[1], std::byte{127});
}

TEST_F(Safetensors, OutlivesItsReplacement) {
  const SafetensorsFile old = SafetensorsFile::open(path_);
  io::write_safetensors(path_, {}, {});
  EXPECT_EQ(old.integers("counters"), sample_.counters);
  EXPECT_TRUE(SafetensorsFile::open(path_).names().empty());
}

TEST_F(Safetensors, IsReadByAnIndependentReader) {
  const auto printed = run_python({CUVAE_IO_TESTS "/read_safetensors.py", path_.string()});
  if (!printed) GTEST_SKIP() << kNoPython;
  EXPECT_EQ(*printed,
            "{\"cuvae.checksum\": \"9822d9b1d4ecfe72\", \"cuvae.format\": \"2\", \"format\": \"pt\", "
            "\"odd\": \"\\\"\\\\\\n\\t\\u0001 \\u00e9\"}\n"
            "\"encoder.0.weight\" float32 [2, 3] [1.0, -2.5, 2.999997843319071e-40, inf, 0.0, -0.0]\n"
            "\"bytes\" uint8 [3] [0, 127, 255]\n"
            "\"sums\" float64 [2] [0.1, 1e+300]\n"
            "\"none\" float32 [0, 4] []\n"
            "\"counters\" int64 [2, 1] [-1, 9223372036854775807]\n"
            "\"one\" float32 [] [7.0]\n");
}

TEST_F(Safetensors, NamesWhatIsAbsentOrOfAnotherType) {
  const SafetensorsFile file = SafetensorsFile::open(path_);
  const std::string name = path_.string();
  expect_error(Errc::data, {name, "no tensor \"encoder.0.wieght\"", "did you mean 'encoder.0.weight'?"},
               [&] { static_cast<void>(file.floats("encoder.0.wieght")); });
  expect_error(Errc::data, {name, "no tensor \"discriminator\""},
               [&] { static_cast<void>(file.shape("discriminator")); });
  expect_error(Errc::data, {name, "tensor \"sums\" is of type F64, not F32"},
               [&] { static_cast<void>(file.floats("sums")); });
  expect_error(Errc::data, {name, "tensor \"one\" is of type F32, not F64"},
               [&] { static_cast<void>(file.doubles("one")); });
  expect_error(Errc::data, {name, "not I64"}, [&] { static_cast<void>(file.integers("bytes")); });
  expect_error(Errc::data, {name, "not U8"}, [&] { static_cast<void>(file.bytes("counters")); });
}

TEST_F(Safetensors, RefusesToWriteWhatNobodyCouldRead) {
  const auto refused = [&](std::vector<TensorView> tensors, const char* why) {
    expect_error(Errc::invalid_argument, {why}, [&] { io::write_safetensors(path_, tensors, {}); });
    EXPECT_EQ(SafetensorsFile::open(path_).metadata(), sample_.metadata);  // the old one is still there
  };
  refused({view("a", DType::f32, {1}, sample_.one), view("a", DType::f32, {1}, sample_.one)}, "'a'");
  refused({view("__metadata__", DType::f32, {1}, sample_.one)}, "__metadata__");
  refused({view("a", DType::f32, {2}, sample_.one)}, "shape");
  refused({view("a", DType::f32, {-1, -1}, sample_.one)}, "shape");
  refused({view("a", DType::f64, {1}, sample_.one)}, "shape");
  expect_error(Errc::invalid_argument, {"so much metadata"}, [&] {
    io::write_safetensors(path_, {}, {{"long", std::string(2'000'000, 'x')}});
  });
}

}  // namespace
}  // namespace cuvae::test
