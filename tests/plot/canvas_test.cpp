#include "src/plot/canvas.hpp"

#include <gtest/gtest.h>

#include "support/read_png.hpp"
#include "support/test_data.hpp"

namespace cuvae::test {
namespace {

using plot::Align;
using plot::Canvas;
using plot::Stroke;
using Rgb = std::array<int, 3>;

constexpr Rgb kWhite{255, 255, 255}, kRed{200, 20, 10};
constexpr plot::Colour kPaint{200, 20, 10};
constexpr plot::Box kEverywhere{0, 0, 80, 40};

Picture drawn(const Canvas& canvas) {
  const TempDir folder;
  canvas.write(folder.path / "canvas.png");
  return read_png(folder.path / "canvas.png", PNG_FORMAT_RGB);
}

// From the first to the last column and row that are not white.
plot::Box inked(const Picture& picture) {
  plot::Box box{1e9, 1e9, -1, -1};
  for (int y = 0; y < picture.height; ++y) {
    for (int x = 0; x < picture.width; ++x) {
      if (picture.rgb(x, y) == kWhite) continue;
      box.left = std::min<double>(box.left, x), box.right = std::max<double>(box.right, x);
      box.top = std::min<double>(box.top, y), box.bottom = std::max<double>(box.bottom, y);
    }
  }
  return box;
}

TEST(Canvas, ALineHasItsWidthAndColour) {
  Canvas canvas(80, 40);
  const std::vector<plot::Point> points{{10, 20}, {70, 20}};
  canvas.line(points, {kPaint, 4}, kEverywhere);
  const Picture picture = drawn(canvas);
  EXPECT_EQ(std::pair(picture.width, picture.height), std::pair(80, 40));
  for (const int y : {18, 21}) EXPECT_EQ(picture.rgb(40, y), kRed);
  for (const int y : {17, 22}) EXPECT_EQ(picture.rgb(40, y), kWhite);
}

TEST(Canvas, ALineEndsWhereItsBoxEnds) {
  Canvas canvas(80, 40);
  const std::vector<plot::Point> points{{10, -1e9}, {40, 20}, {60, 1e9}};
  canvas.line(points, {kPaint, 1}, {20, 10, 60, 30});
  const plot::Box box = inked(drawn(canvas));
  EXPECT_GE(box.top, 9);
  EXPECT_LE(box.bottom, 30);
}

TEST(Canvas, ADashedLineHasGaps) {
  Canvas canvas(80, 40);
  const std::vector<plot::Point> points{{0, 20}, {80, 20}};
  canvas.line(points, {kPaint, 2, Stroke::dashed}, kEverywhere);
  const Picture picture = drawn(canvas);
  int changes = 0;
  for (int x = 1; x < 80; ++x)
    changes += (picture.rgb(x, 20) == kWhite) != (picture.rgb(x - 1, 20) == kWhite);
  EXPECT_GE(changes, 10);
}

TEST(Canvas, WordsAreAligned) {
  const double width = Canvas::width_of("epoch 12", 8);
  EXPECT_GT(width, 30);
  const std::vector<std::pair<Align, double>> lefts{
      {Align::left, 80}, {Align::centre, 80 - width / 2}, {Align::right, 80 - width}};
  for (const auto& [align, left] : lefts) {
    Canvas canvas(160, 40);
    canvas.words({80, 30}, align, "epoch 12", 8, kPaint);
    const plot::Box box = inked(drawn(canvas));
    EXPECT_NEAR(box.left, left, 2);
    EXPECT_NEAR(box.right, left + width, 3);
    EXPECT_LE(box.top, 23);
    EXPECT_NEAR(box.bottom, 32, 2) << "the p hangs below the line";
  }
}

TEST(Canvas, BytesBeyondAsciiAreQuestionMarks) {
  EXPECT_EQ(Canvas::width_of("\xC3\xBC\x01", 8), Canvas::width_of("???", 8));
  EXPECT_NE(Canvas::width_of("il", 8), Canvas::width_of("??", 8));
}

}  // namespace
}  // namespace cuvae::test
