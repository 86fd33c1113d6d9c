// Whether data is what a model takes.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "cuvae/config.hpp"
#include "cuvae/dataset.hpp"

namespace cuvae::train {

// Throws Error(data) where the data does not fit the model: its width, its labels, values that are not
// finite, or its range for a likelihood of [0, 1] or a binarization by chance.
void require_fit(const ModelConfig& config, const Dataset& data, Binarize binarize);

// Labels that a caller gives with `rows` rows. Throws Error(invalid_argument) for another number of them than
// the model takes, Error(data) for values that are not finite.
void require_label_values(const ModelConfig& config, std::span<const float> labels, std::int64_t rows,
                          const std::string& call);

// Of a row of the categorical likelihood: throws Error(data) unless each group sums to 1, as one category
// does or a mixture of them.
void require_groups(std::span<const float> row, std::int32_t categories, const std::string& source,
                    std::int64_t number);

}  // namespace cuvae::train
