// Rows of data as one picture of many.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>

#include "cuvae/dataset.hpp"
#include "src/io/pulse.hpp"

namespace cuvae::io {

// Whether a grid of so many cells is not too large for a picture.
[[nodiscard]] bool grid_fits(ImageShape shape, std::int64_t rows, std::int64_t columns);

// `count` pictures of shape.values() values from 0 (black) to 1 (white, or all of a colour), clamped; laid
// out row by row with `columns` of them in a row. Small ones are enlarged. Grey or RGB as they are. Written
// atomically. Throws Error(io); Error(invalid_argument) for an empty shape, another number of values, or a
// grid too large for a picture.
void write_png_grid(const std::filesystem::path& path, std::span<const float> pictures, std::int64_t count,
                    ImageShape shape, std::int32_t columns, const Pulse& pulse = {});

// The same with pairs: below each row of originals the row of their reconstructions.
void write_png_pairs(const std::filesystem::path& path, std::span<const float> originals,
                     std::span<const float> reconstructions, std::int64_t count, ImageShape shape,
                     std::int32_t columns);

}  // namespace cuvae::io
