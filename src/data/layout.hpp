// What the format of a file leaves open: how its rows are pictures, and what its values are multiplied by.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "src/data/dataset_impl.hpp"
#include "src/data/header.hpp"

namespace cuvae::data {

// How rows are pictures, as ReadOptions::image has it: "auto", "none", "28x28", "32x32x3" (interleaved) or
// "3x32x32" (planar). Throws Error(invalid_argument), which starts with the text in quotes.
[[nodiscard]] std::optional<ImageShape> parse_layout(const std::string& text);

struct Pictures {
  ImageShape image;
  bool if_unit = false;  // only where all values are in [0, 1]
};

// By the shape alone: (n, h, w), (n, h, w, 1) and (n, 1, h, w) are grey, (n, h, w, 3) and (n, 3, h, w) are
// coloured, where they are not both; so are rows of s * s pixels or of s * s values in [0, 1] grey, s >= 4.
[[nodiscard]] Pictures pictures_of(const Header& header);

// Throws Error(invalid_argument) for options that no data can be read with.
void require_valid(const ReadOptions& options);

// Throws Error(data) where rows of so many columns are no such pictures.
void require_rows_of(ImageShape image, std::int64_t cols, const std::string& source);

// The same stored values, read so. Throws Error(data) where rows are no such pictures.
[[nodiscard]] std::shared_ptr<const Dataset::Impl> read_as(const ReadOptions& options,
                                                           std::shared_ptr<const Dataset::Impl> data);

}  // namespace cuvae::data
