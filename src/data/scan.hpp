// The one pass over all values that using a data set makes.
#pragma once

#include <functional>
#include <optional>
#include <span>

#include "src/data/dataset_impl.hpp"

namespace cuvae::data {

struct Place {
  std::int64_t row;
  std::int32_t col;
  float value;  // scaled
};

// The first value, row by row, that is `wanted`.
[[nodiscard]] std::optional<Place> find_value(const Dataset::Impl& data,
                                              const std::function<bool(float)>& wanted);

// By their type; or, in a table of text, all of them whole.
[[nodiscard]] bool holds_integers(const Dataset::Impl& data);

// Throws Error(data), naming the first row and column, for NaN and Inf.
[[nodiscard]] Facts scan(const Dataset::Impl& data);

}  // namespace cuvae::data
