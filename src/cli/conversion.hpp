// Data of one format into another, in memory that does not grow with it (but where open_rows says so, and for
// one picture of all rows).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "cuvae/dataset.hpp"
#include "src/core/element_type.hpp"

namespace cuvae::cli {

struct Conversion {
  std::string from;                       // the name of data
  std::string source;                     // what messages call it
  std::string to;                         // an array file, x.png, or a folder: x/, or one that is there
  std::optional<float> scale;             // times each value, as float32
  std::optional<core::ElementType> type;  // f32 or u8; none: as they are stored
  std::optional<ImageShape> image;        // of a row, into pictures; none: by the shape of the data
  std::int64_t rows = 0;                  // the first so many; 0: all
};

struct ConversionWatch {
  std::function<void(std::int64_t rows, std::int64_t of)>
      done;  // first of 0, before anything is written; of: less than 0 where nobody knows yet
  std::function<void()> pulse;  // while the last step takes long
};

// Returns what was written: "100 pictures of 28 x 28". What the watch throws ends it; whatever does, `to` is
// as it was before. Throws Error.
[[nodiscard]] std::string convert(const Conversion& conversion, const ConversionWatch& watch);

// Throws Error(invalid_argument) for a name that convert() does not know how to write, or for a layout of
// what is no picture.
void require_possible(const Conversion& conversion);

}  // namespace cuvae::cli
