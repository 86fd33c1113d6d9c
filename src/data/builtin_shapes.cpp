#include "src/data/builtin_shapes.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <numbers>
#include <string_view>

#include "cuvae/error.hpp"
#include "kernels/ops/noise.hpp"
#include "src/core/check.hpp"

namespace cuvae::data {
namespace {

constexpr float kLeastSize = 4.0f, kMostSize = 7.5f;
constexpr float kLeastCentre = 10.0f, kMostCentre = 18.0f;
constexpr float kEllipseAspect = 0.65f;                           // short half axis / size
constexpr float kRectangleAspect = 0.5f;                          // short half side / size
constexpr float kTriangleReach = 1.1547f;                         // centre to corner / size: 2 / sqrt(3)
constexpr float kMostReach = kMostSize * kTriangleReach + 0.75f;  // from the centre to the last grey pixel
static_assert(kMostReach <= kLeastCentre && kMostCentre + kMostReach <= kShapesSide);

struct Point {
  float x, y;
};

float between(float least, float most, std::uint32_t word) {
  return least + (most - least) * ops::uniform(word);
}

// After such a turn a shape looks as before.
float symmetry(ShapeFactors::Kind kind) {
  constexpr float kPi = std::numbers::pi_v<float>;
  return kind == ShapeFactors::Kind::triangle ? 2 * kPi / 3 : kPi;
}

std::int32_t tenth(float least, float most, float value) {
  return std::clamp(static_cast<std::int32_t>(10 * (value - least) / (most - least)), 0, 9);
}

// How much of a pixel lies on the inner side of an outline this far away.
float covered(float distance) { return std::clamp(0.5f - distance, 0.0f, 1.0f); }

// How much of the pixel around p the shape covers; it lies along x around 0. Distances are exact for straight
// sides, of first order for the ellipse.
float coverage(ShapeFactors::Kind kind, float size, Point p) {
  switch (kind) {
    case ShapeFactors::Kind::ellipse: {
      const float a = p.x / size, b = p.y / (size * kEllipseAspect);
      const float slope = 2 * std::hypot(a / size, b / (size * kEllipseAspect));
      return covered((a * a + b * b - 1) / std::max(slope, 1e-6f));  // f / |grad f| of f = a^2 + b^2 - 1
    }
    case ShapeFactors::Kind::rectangle:
      return covered(std::abs(p.x) - size) * covered(std::abs(p.y) - size * kRectangleAspect);
    case ShapeFactors::Kind::triangle:
      break;
  }
  // Equilateral, a corner at (kTriangleReach size, 0) and the sides half as far away as the corners.
  const float side = 0.5f * kTriangleReach * size;
  const float along = 0.5f * p.x, across = 0.8660254f * p.y;
  return covered(-p.x - side) * covered(along + across - side) * covered(along - across - side);
}

}  // namespace

ShapeFactors shape_factors(std::uint64_t seed, std::int64_t row) {
  const ops::PhiloxBlock first = ops::noise_block(seed, ops::Purpose::shapes, 0, row, 0, 0);
  const ops::PhiloxBlock second = ops::noise_block(seed, ops::Purpose::shapes, 0, row, 0, 1);
  const auto kind = static_cast<ShapeFactors::Kind>(static_cast<int>(3 * ops::uniform(second.x[0])));
  return {.kind = kind,
          .x = between(kLeastCentre, kMostCentre, first.x[0]),
          .y = between(kLeastCentre, kMostCentre, first.x[1]),
          .size = between(kLeastSize, kMostSize, first.x[2]),
          .angle = between(0, symmetry(kind), first.x[3])};
}

std::array<std::int32_t, 5> shape_levels(const ShapeFactors& factors) {
  return {static_cast<std::int32_t>(factors.kind), tenth(kLeastCentre, kMostCentre, factors.x),
          tenth(kLeastCentre, kMostCentre, factors.y), tenth(kLeastSize, kMostSize, factors.size),
          tenth(0, symmetry(factors.kind), factors.angle)};
}

void render_shape(const ShapeFactors& factors, std::span<std::uint8_t, kShapesPixels> pixels) {
  std::fill(pixels.begin(), pixels.end(), std::uint8_t{0});
  const float reach = factors.size * kTriangleReach + 0.75f;
  const float cosine = std::cos(factors.angle), sine = std::sin(factors.angle);
  const auto first = [&](float centre) { return std::max(static_cast<int>(centre - reach), 0); };
  const auto last = [&](float centre) { return std::min(static_cast<int>(centre + reach), kShapesSide - 1); };
  for (int i = first(factors.y); i <= last(factors.y); ++i) {
    for (int j = first(factors.x); j <= last(factors.x); ++j) {
      const float dx = static_cast<float>(j) + 0.5f - factors.x,
                  dy = static_cast<float>(i) + 0.5f - factors.y;
      const Point own{cosine * dx + sine * dy, cosine * dy - sine * dx};
      pixels[static_cast<std::size_t>(i * kShapesSide + j)] =
          static_cast<std::uint8_t>(coverage(factors.kind, factors.size, own) * 255 + 0.5f);
    }
  }
}

std::int64_t builtin_rows(const std::string& spec) {
  constexpr std::string_view kName = "builtin:shapes";
  constexpr std::int64_t kDefaultRows = 20000;
  const std::string_view text = spec;
  const std::size_t colon = text.find(':', text.find(':') + 1);
  const std::string_view name = text.substr(0, colon);
  if (name != kName) {
    const std::string hint = detail::did_you_mean(name, std::array{kName});
    throw Error(Errc::invalid_argument,
                "there is no built-in data '" + spec + "'" + (hint.empty() ? "" : "; ") + hint +
                    "\nGive builtin:shapes, builtin:shapes:ROWS, or the path of a file.");
  }
  if (colon == std::string_view::npos) return kDefaultRows;
  std::int64_t rows = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data() + colon + 1, end, rows);
  if (error != std::errc() || stop != end || rows < 1) {
    throw Error(Errc::invalid_argument, "'" + spec +
                                            "': ROWS must be a whole number, at least 1 and below 2^63" +
                                            "\nFor example builtin:shapes:5000.");
  }
  return rows;
}

}  // namespace cuvae::data
