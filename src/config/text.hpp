// Values as people write them, and back. What to_x() cannot read it refuses with Error(invalid_argument),
// whose message starts with the text in quotes. to_x(format(value)) == value, exactly.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cuvae/config.hpp"

namespace cuvae::config {

[[nodiscard]] std::int64_t to_integer(const std::string& text);
[[nodiscard]] std::vector<std::int64_t> to_integers(const std::string& text);  // "0,3,7"
[[nodiscard]] std::uint64_t to_seed(const std::string& text);
[[nodiscard]] double to_number(const std::string& text);    // finite
[[nodiscard]] double to_fraction(const std::string& text);  // a number, or a quotient of two: "1/255"
[[nodiscard]] bool is_number(const std::string& text);
[[nodiscard]] std::vector<std::int32_t> to_widths(const std::string& text);  // "400,200"; "none": no layer
[[nodiscard]] LearningRateSchedule to_schedule(
    const std::string& text);  // "constant", "cosine", "5:0.1,8:0.1"

[[nodiscard]] std::string format(double number);
[[nodiscard]] std::string format(const std::vector<std::int32_t>& widths);
[[nodiscard]] std::string format(const LearningRateSchedule& schedule);

}  // namespace cuvae::config
