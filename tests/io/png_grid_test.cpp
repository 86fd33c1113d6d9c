#include "src/io/png_grid.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "data/sample_files.hpp"
#include "support/read_png.hpp"
#include "support/test_data.hpp"

namespace cuvae::test {
namespace {

constexpr int kSeparator = 64;

class PngGrid : public testing::Test {
 protected:
  TempDir folder_;
  std::filesystem::path path_ = folder_.path / "samples.png";
};

TEST_F(PngGrid, EveryPixelOfASmallGrid) {
  // 2 x 3 pictures, enlarged 19 times to 38 x 57; the third starts a second row.
  const std::vector<float> values{0, 0.2f, 0.4f, 0.6f, 0.8f, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0.5f, 0.5f, 0.5f};
  io::write_png_grid(path_, values, 3, {2, 3}, 2);
  const Picture picture = read_png(path_, PNG_FORMAT_GRAY);
  ASSERT_EQ(picture.width, 57 + 2 + 57);
  ASSERT_EQ(picture.height, 38 + 2 + 38);
  for (int y = 0; y < picture.height; ++y) {
    for (int x = 0; x < picture.width; ++x) {
      const int column = x / 59, row = y / 40, left = x % 59, top = y % 40;
      const bool inside = left < 57 && top < 38 && 2 * row + column < 3;
      const int value = (2 * row + column) * 6 + top / 19 * 3 + left / 19;
      const int expected =
          inside ? static_cast<int>(values[static_cast<std::size_t>(value)] * 255 + 0.5f) : kSeparator;
      ASSERT_EQ(picture.at(x, y), expected) << x << ", " << y;
    }
  }
}

TEST_F(PngGrid, ValuesAreClampedAndRounded) {
  const float inf = std::numeric_limits<float>::infinity();
  const std::vector<float> values{-1,   -inf,       2,      inf, std::numeric_limits<float>::quiet_NaN(),
                                  0.5f, 1.0f / 255, 0.0019f};
  io::write_png_grid(path_, values, 8, {1, 1}, 8);
  const Picture picture = read_png(path_, PNG_FORMAT_GRAY);
  const std::vector<int> expected{0, 0, 255, 255, 0, 128, 1, 0};
  for (int i = 0; i < 8; ++i) EXPECT_EQ(picture.at(i * 58, 0), expected[static_cast<std::size_t>(i)]) << i;
}

TEST_F(PngGrid, CellsAreLargeEnoughAndNoLarger) {
  const auto size_of = [&](int height, int width) {
    io::write_png_grid(path_, std::vector<float>(static_cast<std::size_t>(height * width)), 1,
                       {height, width}, 8);
    const Picture picture = read_png(path_, PNG_FORMAT_GRAY);
    return std::pair(picture.height, picture.width);
  };
  EXPECT_EQ(size_of(28, 28), std::pair(56, 56));
  EXPECT_EQ(size_of(27, 27), std::pair(81, 81));
  EXPECT_EQ(size_of(56, 56), std::pair(56, 56));
  EXPECT_EQ(size_of(64, 64), std::pair(64, 64));
  EXPECT_EQ(size_of(1, 100), std::pair(1, 100));
}

TEST_F(PngGrid, PairsStandOneAboveTheOther) {
  const std::vector<float> originals{0.1f, 0.2f, 0.3f}, reconstructions{0.6f, 0.7f, 0.8f};
  io::write_png_pairs(path_, originals, reconstructions, 3, {1, 1}, 2);
  const Picture picture = read_png(path_, PNG_FORMAT_GRAY);
  ASSERT_EQ(picture.width, 2 * 56 + 2);
  ASSERT_EQ(picture.height, 4 * 56 + 3 * 2);
  const std::vector<std::vector<int>> expected{{26, 51}, {153, 179}, {77, kSeparator}, {204, kSeparator}};
  for (int row = 0; row < 4; ++row) {
    for (int column = 0; column < 2; ++column) {
      EXPECT_EQ(picture.at(column * 58 + 20, row * 58 + 20),
                expected[static_cast<std::size_t>(row)][static_cast<std::size_t>(column)])
          << row << ", " << column;
    }
  }
}

// Both orders of a 2 x 2 picture: red, green; blue, and a colour of its own.
TEST_F(PngGrid, ColoursAreThoseOfTheRow) {
  const std::vector<float> interleaved{1, 0, 0, 0, 1, 0, 0, 0, 1, 0.2f, 0.4f, 0.6f};
  const std::vector<float> planar{1, 0, 0, 0.2f, 0, 1, 0, 0.4f, 0, 0, 1, 0.6f};
  const std::vector<std::array<int, 3>> expected{{255, 0, 0}, {0, 255, 0}, {0, 0, 255}, {51, 102, 153}};
  const auto expect_colours = [&](const std::vector<float>& values, ChannelOrder order) {
    std::vector<float> three = values;
    three.insert(three.end(), 12, 0.5f);
    three.insert(three.end(), values.begin(), values.end());
    io::write_png_grid(path_, three, 3, {2, 2, 3, order}, 2);
    const Picture picture = read_png(path_, PNG_FORMAT_RGB);
    ASSERT_EQ(std::pair(picture.width, picture.height), std::pair(56 + 2 + 56, 56 + 2 + 56));
    for (const int top : {0, 58}) {
      for (int i = 0; i < 4; ++i)
        EXPECT_EQ(picture.rgb(i % 2 * 28 + 27, top + i / 2 * 28 + 27), expected[static_cast<std::size_t>(i)])
            << i;
    }
    EXPECT_EQ(picture.rgb(58, 0), (std::array{128, 128, 128}));
    EXPECT_EQ(picture.rgb(57, 0), (std::array{kSeparator, kSeparator, kSeparator}));
    EXPECT_EQ(picture.rgb(113, 113), (std::array{kSeparator, kSeparator, kSeparator})) << "there are three";
  };
  expect_colours(interleaved, ChannelOrder::interleaved);
  const std::string bytes = read_file(path_);
  expect_colours(planar, ChannelOrder::planar);
  EXPECT_EQ(read_file(path_), bytes) << "the same picture in the same file";
}

TEST_F(PngGrid, ColouredPairsStandOneAboveTheOther) {
  const std::vector<float> original{1, 0, 0}, reconstruction{0, 0.2f, 0.4f};
  io::write_png_pairs(path_, original, reconstruction, 1, {1, 1, 3, ChannelOrder::planar}, 8);
  const Picture picture = read_png(path_, PNG_FORMAT_RGB);
  EXPECT_EQ(picture.rgb(20, 20), (std::array{255, 0, 0}));
  EXPECT_EQ(picture.rgb(20, 58 + 20), (std::array{0, 51, 102}));
}

TEST_F(PngGrid, ColoursTakeMoreRoom) {
  EXPECT_TRUE(io::grid_fits({1, 1}, 200, 200));
  EXPECT_FALSE(io::grid_fits({1, 1, 3}, 200, 200));
}

TEST_F(PngGrid, EndedByThePulseLeavesTheOldOne) {
  write_file(path_, "old");
  const auto stop = [] { throw std::runtime_error("enough"); };
  EXPECT_THROW(io::write_png_grid(path_, std::vector<float>(4), 1, {2, 2}, 1, stop), std::runtime_error);
  EXPECT_EQ(read_file(path_), "old");
}

TEST_F(PngGrid, WhatIsNoGrid) {
  const std::vector<float> values(12);
  const auto refused = [&](std::int64_t count, ImageShape shape, int columns, const char* why) {
    expect_error(Errc::invalid_argument, {why},
                 [&] { io::write_png_grid(path_, values, count, shape, columns); });
    EXPECT_FALSE(std::filesystem::exists(path_));
  };
  refused(3, {0, 0}, 4, "no pictures");
  refused(3, {-2, -2}, 4, "no pictures");
  refused(2, {3, 1, 2}, 4, "no pictures");
  refused(2, {2, 3, 3}, 4, "not those of 2");
  refused(4, {2, 2}, 4, "not those of 4");
  refused(2, {2, 2}, 4, "not those of 2");
  refused(0, {2, 2}, 4, "no picture to draw");
  refused(3, {2, 2}, 0, "at least one column");
  expect_error(Errc::invalid_argument, {"not those of 3"}, [&] {
    io::write_png_pairs(path_, values, std::span(values).first(8), 3, {2, 2}, 4);
  });
  const std::vector<float> dots(100'000);  // 56 x 56 pixels each
  expect_error(Errc::invalid_argument, {"too large", "fewer"}, [&] {
    io::write_png_grid(path_, dots, 100'000, {1, 1}, 400);
  });
}

}  // namespace
}  // namespace cuvae::test
