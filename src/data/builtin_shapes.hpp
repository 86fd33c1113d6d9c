// builtin:shapes: white ellipses, rectangles and triangles on black, anti-aliased. A picture shows exactly
// what its ShapeFactors say. Pixel (i, j) of row i and column j covers [j, j + 1) x [i, i + 1); angles turn
// from x (right) towards y (down) and stay within one turn of the kind's symmetry, so each picture has one
// angle.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>

#include "cuvae/dataset.hpp"

namespace cuvae::data {

inline constexpr std::int32_t kShapesSide = 28;
inline constexpr std::int32_t kShapesPixels = kShapesSide * kShapesSide;

// A pure function of (seed, row). Sizes are 4 to 7.5 pixels, centres 10 to 18: every shape lies inside.
[[nodiscard]] ShapeFactors shape_factors(std::uint64_t seed, std::int64_t row);

// In levels: the kind's number, and which tenth of its range each other factor lies in.
inline constexpr std::array<const char*, 5> kShapeFactorNames{"kind", "x", "y", "size", "angle"};
[[nodiscard]] std::array<std::int32_t, 5> shape_levels(const ShapeFactors& factors);

// Overwrites kShapesPixels pixels.
void render_shape(const ShapeFactors& factors, std::span<std::uint8_t, kShapesPixels> pixels);

// ROWS of "builtin:shapes" or "builtin:shapes:ROWS". Throws Error(invalid_argument) for anything else.
[[nodiscard]] std::int64_t builtin_rows(const std::string& spec);

}  // namespace cuvae::data
