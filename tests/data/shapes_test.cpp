// builtin:shapes: a pure function of (seed, row) whose factors say what is seen.
#include <cmath>
#include <map>
#include <numbers>

#include "data/sample_files.hpp"
#include "src/data/builtin_shapes.hpp"

namespace cuvae::test {
namespace {

constexpr int kSide = 28;

// Sums over pixels of value, value * x, value * y, and the second moments around the centre of mass.
struct Moments {
  double mass = 0, x = 0, y = 0, xx = 0, yy = 0, xy = 0;
};

Moments moments_of(const std::vector<float>& picture) {
  Moments m;
  const auto each = [&](auto use) {
    for (int i = 0; i < kSide; ++i) {
      for (int j = 0; j < kSide; ++j) use(picture[static_cast<std::size_t>(i * kSide + j)], j + 0.5, i + 0.5);
    }
  };
  each([&](double v, double x, double y) { m.mass += v, m.x += v * x, m.y += v * y; });
  m.x /= m.mass, m.y /= m.mass;
  each([&](double v, double x, double y) {
    x -= m.x, y -= m.y;
    m.xx += v * x * x / m.mass, m.yy += v * y * y / m.mass, m.xy += v * x * y / m.mass;
  });
  return m;
}

double area(const ShapeFactors& f) {
  const double square = double{f.size} * f.size;
  switch (f.kind) {
    case ShapeFactors::Kind::ellipse:
      return std::numbers::pi * 0.65 * square;
    case ShapeFactors::Kind::rectangle:
      return 2.0 * square;
    case ShapeFactors::Kind::triangle:
      break;
  }
  return std::sqrt(3.0) * square;  // equilateral, of side 2 size
}

TEST(Shapes, WhatTheyAre) {
  const Dataset shapes = Dataset::open("builtin:shapes:500");
  EXPECT_EQ(shapes.rows(), 500);
  EXPECT_EQ(shapes.cols(), 784);
  EXPECT_EQ(shapes.image(), (ImageShape{28, 28}));
  EXPECT_EQ(shapes.source(), "builtin:shapes:500");
  EXPECT_EQ(shapes.bytes(), 500u * 784u);
  EXPECT_NO_THROW(shapes.require_unit_interval());
  EXPECT_EQ(data::builtin_rows("builtin:shapes"), 20'000);
}

TEST(Shapes, ARowDependsOnSeedAndNumberAlone) {
  const Dataset few = Dataset::builtin_shapes(10, 3), many = Dataset::builtin_shapes(300, 3);
  for (std::int64_t row = 0; row < 10; ++row) EXPECT_EQ(row_of(few, row), row_of(many, row));
  EXPECT_EQ(Dataset::builtin_shapes(300, 3).fingerprint(), many.fingerprint());
  EXPECT_NE(row_of(Dataset::builtin_shapes(10, 4), 0), row_of(few, 0));
  EXPECT_NE(row_of(few, 0), row_of(few, 1));
  EXPECT_NE(data::shape_factors(std::uint64_t{1} << 40, 0).x, data::shape_factors(0, 0).x);
  EXPECT_NE(data::shape_factors(0, std::int64_t{1} << 32).x, data::shape_factors(0, 0).x);
}

TEST(Shapes, FactorsMatchThePixels) {
  const Dataset shapes = Dataset::builtin_shapes(3000, 1);
  for (std::int64_t row = 0; row < shapes.rows(); ++row) {
    const ShapeFactors f = shapes.factors(row);
    const Moments m = moments_of(row_of(shapes, row));
    ASSERT_NEAR(m.x, f.x, 0.08) << row;
    ASSERT_NEAR(m.y, f.y, 0.08) << row;
    ASSERT_NEAR(m.mass / area(f), 1.0, 0.03) << row;
    if (f.kind == ShapeFactors::Kind::triangle) {
      ASSERT_NEAR(std::hypot(m.xx - m.yy, 2 * m.xy) / (m.xx + m.yy), 0.0, 0.03) << row;
    } else {  // the long axis, up to half a turn
      const double turn = 2 * (0.5 * std::atan2(2 * m.xy, m.xx - m.yy) - f.angle);
      ASSERT_NEAR(std::cos(turn), 1.0, 0.005) << row;
    }
  }
}

TEST(Shapes, TrianglesPointWhereTheAngleSays) {
  for (int i = 0; i < 20; ++i) {
    const float angle = static_cast<float>(i) * 0.1f;
    std::vector<std::uint8_t> pixels(data::kShapesPixels);
    data::render_shape({ShapeFactors::Kind::triangle, 14, 14, 7.5f, angle},
                       std::span<std::uint8_t, data::kShapesPixels>(pixels));
    const auto at = [&](float distance) {
      const int x = static_cast<int>(14 + distance * std::cos(angle)),
                y = static_cast<int>(14 + distance * std::sin(angle));
      return pixels[static_cast<std::size_t>(y * kSide + x)];
    };
    EXPECT_EQ(at(6.5f), 255) << "towards a corner, " << angle;
    EXPECT_EQ(at(-6.5f), 0) << "beyond a side, " << angle;
  }
}

TEST(Shapes, BlackBorderWhiteInsideAndGreyEdges) {
  const Dataset shapes = Dataset::builtin_shapes(2000, 2);
  for (std::int64_t row = 0; row < shapes.rows(); ++row) {
    const std::vector<float> picture = row_of(shapes, row);
    int grey = 0;
    for (int i = 0; i < kSide; ++i) {
      for (int j = 0; j < kSide; ++j) {
        const float value = picture[static_cast<std::size_t>(i * kSide + j)];
        grey += value > 0 && value < 1;
        const bool border = i == 0 || j == 0 || i == kSide - 1 || j == kSide - 1;
        ASSERT_TRUE(!border || value <= 0.01f) << row;
      }
    }
    const ShapeFactors f = shapes.factors(row);
    ASSERT_EQ(picture[static_cast<std::size_t>(static_cast<int>(f.y) * kSide + static_cast<int>(f.x))], 1.0f)
        << row;
    ASSERT_GT(grey, 8) << row;
  }
}

TEST(Shapes, FactorsCoverTheirRangesEvenly) {
  constexpr int kRows = 6000;
  std::map<ShapeFactors::Kind, int> kinds;
  double x = 0, y = 0, size = 0;
  for (std::int64_t row = 0; row < kRows; ++row) {
    const ShapeFactors f = data::shape_factors(0, row);
    ++kinds[f.kind];
    x += f.x, y += f.y, size += f.size;
    ASSERT_TRUE(f.x >= 10 && f.x <= 18 && f.y >= 10 && f.y <= 18 && f.size >= 4 && f.size <= 7.5f &&
                f.angle >= 0);
  }
  EXPECT_EQ(kinds.size(), 3u);
  for (const auto& [kind, count] : kinds) EXPECT_NEAR(count, kRows / 3, 150);
  EXPECT_NEAR(x / kRows, 14, 0.15);
  EXPECT_NEAR(y / kRows, 14, 0.15);
  EXPECT_NEAR(size / kRows, 5.75, 0.08);
}

TEST(Shapes, NonsenseSpecs) {
  const auto refused = [](const char* spec, const char* why) {
    expect_error(Errc::invalid_argument, {spec, why}, [&] { static_cast<void>(Dataset::open(spec)); });
  };
  refused("builtin:shape", "did you mean 'builtin:shapes'?");
  refused("builtin:sahpes:10", "did you mean 'builtin:shapes'?");
  refused("builtin:something-else", "builtin:shapes:ROWS");
  for (const char* spec : {"builtin:shapes:", "builtin:shapes:0", "builtin:shapes:-5", "builtin:shapes:1e4",
                           "builtin:shapes:10:2", "builtin:shapes:99999999999999999999"}) {
    refused(spec, "whole number");
  }
  expect_error(Errc::invalid_argument, {"2^40"},
               [] { static_cast<void>(Dataset::open("builtin:shapes:9000000000000000")); });
  expect_error(Errc::out_of_memory, {"784000000000000 bytes", "fewer rows"},
               [] { static_cast<void>(Dataset::builtin_shapes(1'000'000'000'000)); });
  expect_error(Errc::invalid_argument, {"row 5"},
               [] { static_cast<void>(Dataset::builtin_shapes(5).factors(5)); });
}

}  // namespace
}  // namespace cuvae::test
