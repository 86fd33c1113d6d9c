// What the format of a file leaves open: how rows are pictures, and the scale of their values.
#include "src/data/layout.hpp"

#include <limits>

#include "data/sample_files.hpp"

namespace cuvae::test {
namespace {

using Shape = std::vector<std::int64_t>;

constexpr ChannelOrder kPlanar = ChannelOrder::planar;

ImageShape picture(const Shape& shape, data::ElementType type = data::ElementType::f32) {
  return data::pictures_of({.type = type, .shape = shape}).image;
}

TEST(Layout, TextsAreExtents) {
  EXPECT_EQ(data::parse_layout("auto"), std::nullopt);
  EXPECT_EQ(data::parse_layout("none"), ImageShape{});
  EXPECT_EQ(data::parse_layout("28x14"), (ImageShape{28, 14}));
  EXPECT_EQ(data::parse_layout("28x14x1"), (ImageShape{28, 14}));
  EXPECT_EQ(data::parse_layout("1x28x14"), (ImageShape{28, 14}));
  EXPECT_EQ(data::parse_layout("32x16x3"), (ImageShape{32, 16, 3}));
  EXPECT_EQ(data::parse_layout("3x32x16"), (ImageShape{32, 16, 3, kPlanar}));
  EXPECT_EQ(data::parse_layout("3x7x3"), (ImageShape{3, 7, 3})) << "the last extent is asked first";
  for (const char* text :
       {"",        "28",        "x28",         "28x",           "28x28x",         "28*28",
        "28X28",   " 28x28",    "0x28",        "-28x28",        "28x-28",         "28x28x4",
        "2x28x28", "28x28x3x1", "99999x99999", "99999999999x1", "2147483647x1x3", "nine",
        "Auto",    "1e2x3"})
    expect_error(Errc::invalid_argument,
                 {"'" + std::string(text) + "' is no layout", "auto, none", "28x28", "3x32x32"},
                 [&] { (void)data::parse_layout(text); });
}

TEST(Layout, ShapesOfFilesAreLayouts) {
  EXPECT_EQ(picture({9, 4, 5}), (ImageShape{4, 5}));
  EXPECT_EQ(picture({9, 4, 5, 1}), (ImageShape{4, 5}));
  EXPECT_EQ(picture({9, 3, 5, 1}), (ImageShape{3, 5}));
  EXPECT_EQ(picture({9, 1, 4, 5}), (ImageShape{4, 5}));
  EXPECT_EQ(picture({9, 4, 5, 3}), (ImageShape{4, 5, 3}));
  EXPECT_EQ(picture({9, 3, 4, 5}), (ImageShape{4, 5, 3, kPlanar}));
  EXPECT_EQ(picture({9, 3, 5, 3}), ImageShape{}) << "3 x 5 or 5 x 3";
  EXPECT_EQ(picture({9, 1, 5, 3}), ImageShape{}) << "5 x 3 in grey or 1 x 5 in colour";
  EXPECT_EQ(picture({9, 4, 5, 2}), ImageShape{});
  EXPECT_EQ(picture({9, 2, 4, 5}), ImageShape{});
  EXPECT_EQ(picture({9, 3, 4, 5, 1}), ImageShape{});
  EXPECT_EQ(picture({9, 16}), (ImageShape{4, 4}));
  EXPECT_EQ(picture({9, 9}), ImageShape{}) << "3 x 3 is no picture";
  EXPECT_EQ(picture({9, 48}), ImageShape{}) << "4 x 4 in colour is not guessed";
  EXPECT_EQ(picture({9}), ImageShape{});
  EXPECT_TRUE(data::pictures_of({.type = data::ElementType::f32, .shape = {9, 16}}).if_unit);
  EXPECT_FALSE(data::pictures_of({.type = data::ElementType::u8, .shape = {9, 16}}).if_unit);
  EXPECT_FALSE(data::pictures_of({.type = data::ElementType::f32, .shape = {9, 4, 4}}).if_unit);
}

TEST(Layout, ValuesOfAPictureAreCountedWithoutOverflow) {
  constexpr std::int32_t kMost = std::numeric_limits<std::int32_t>::max();
  EXPECT_EQ((ImageShape{4, 5}).values(), 20);
  EXPECT_EQ((ImageShape{4, 5, 3, kPlanar}).values(), 60);
  EXPECT_EQ((ImageShape{1, kMost}).values(), kMost);
  for (const ImageShape none : {ImageShape{}, ImageShape{0, 4}, ImageShape{-4, -5}, ImageShape{4, 5, 2},
                                ImageShape{4, 5, 0}, ImageShape{kMost, kMost, 3}, ImageShape{1, kMost, 3}})
    EXPECT_EQ(none.values(), 0);
}

class Reading : public testing::Test {
 protected:
  [[nodiscard]] Dataset open(const ReadOptions& options) const {
    return Dataset::open(file_.path(), options);
  }
  SampleFile file_{"x.npy", npy_header("<f4", "(2, 12)") +
                                bytes_of<float>({0, 51, 102, 153, 204, 255, 0, 0, 0, 0, 0, 0,  //
                                                 0, 0,  0,   0,   0,   0,   0, 0, 0, 0, 0, 255})};
};

TEST_F(Reading, EveryValueIsMultipliedByTheScale) {
  const Dataset scaled = open({.scale = 1.0f / 255});
  EXPECT_EQ(row_of(scaled, 0)[1], 51.0f * (1.0f / 255));
  EXPECT_NO_THROW(scaled.require_unit_interval());
  EXPECT_THROW(open({}).require_unit_interval(), Error);
  EXPECT_EQ(scaled.description(), "NPY, f32, memory-mapped, times 0.003921569");
  const SampleFile bytes("bytes.idx", idx_header(8, {1, 4}) + std::string("\0\1\2\xff", 4));
  EXPECT_EQ(row_of(Dataset::open(bytes.path(), {.scale = 1}), 0), (std::vector<float>{0, 1, 2, 255}));
  EXPECT_EQ(row_of(Dataset::open("builtin:shapes:3", {.scale = 1}), 2)[14 * 28 + 14], 255);
}

TEST_F(Reading, AnotherScaleIsOtherData) {
  EXPECT_NE(open({.scale = 0.5f}).fingerprint(), open({}).fingerprint());
  EXPECT_NE(open({.scale = 0.5f}).fingerprint(), open({.scale = 0.25f}).fingerprint());
  EXPECT_EQ(open({.scale = 1.0f}).fingerprint(), open({}).fingerprint()) << "the same values";
  const auto shapes = [](const ReadOptions& options) {
    return Dataset::open("builtin:shapes:3", options).fingerprint();
  };
  EXPECT_EQ(shapes({.scale = 1.0f / 255}), shapes({}));
  EXPECT_NE(shapes({.scale = 1}), shapes({}));
}

TEST_F(Reading, RowsArePicturesAsTheCallerSays) {
  EXPECT_EQ(open({}).image(), ImageShape{});
  const ImageShape planar{2, 2, 3, kPlanar};
  EXPECT_EQ(open({.image = planar}).image(), planar) << "also beyond [0, 1]";
  EXPECT_EQ(open({.image = planar}).fingerprint(), open({}).fingerprint());
  EXPECT_EQ(open({.scale = 0.5f, .image = ImageShape{6, 2}}).image(), (ImageShape{6, 2}));
  EXPECT_EQ(Dataset::open("builtin:shapes:3", {.image = ImageShape{}}).image(), ImageShape{});
  expect_error(Errc::data, {"x.npy", "12 values", "2 x 3 x 3 have 18", "multiply to 12"}, [&] {
    (void)open({.image = ImageShape{2, 3, 3}});
  });
}

TEST_F(Reading, CallersMistakes) {
  for (const float scale :
       {0.0f, -1.0f, std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN(), 1e-40f})
    expect_error(Errc::invalid_argument, {"scale"}, [&] { (void)open({.scale = scale}); });
  for (const ImageShape image : {ImageShape{2, 3, 2}, ImageShape{-3, -4}, ImageShape{0, 0, 3}})
    expect_error(Errc::invalid_argument, {"picture", "channels"}, [&] { (void)open({.image = image}); });
}

TEST(DatasetOfColours, IsMadeOfTheCallersValues) {
  const std::vector<std::uint8_t> bytes(24);
  const ImageShape planar{2, 2, 3, kPlanar};
  EXPECT_EQ(Dataset::from_bytes(bytes, 12, planar).image(), planar);
  expect_error(Errc::invalid_argument, {"pixels"}, [&] { (void)Dataset::from_bytes(bytes, 12, {3, 4, 3}); });
  expect_error(Errc::invalid_argument, {"pixels"}, [&] { (void)Dataset::from_bytes(bytes, 12, {2, 3, 2}); });
}

}  // namespace
}  // namespace cuvae::test
