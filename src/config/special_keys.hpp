// The settings whose text is neither one number nor one word.
#pragma once

#include "src/config/schema.hpp"

namespace cuvae::config {

inline constexpr std::int32_t kMostEpochs = 1'000'000;

[[nodiscard]] Key hidden_key();  // sets the encoder's widths, and the decoder's in reverse
[[nodiscard]] Key widths_key(std::string name, std::string help,
                             std::vector<std::int32_t> ModelConfig::*field);
[[nodiscard]] Key variance_key();  // a number is a fixed variance; the words name the learned ones
[[nodiscard]] Key schedule_key();

}  // namespace cuvae::config
