// The factors behind rows, from a file.
#pragma once

#include <string>

#include "cuvae/dataset.hpp"

namespace cuvae::data {

// Any data of integers, a row for each row of data, a column for each factor; their names are "factor 0",
// "factor 1", ... Throws Error(data) for a flawed file, for numbers that are no integers by their type, and
// for those beyond +-2^24.
[[nodiscard]] Factors read_factors(const std::string& path);

}  // namespace cuvae::data
