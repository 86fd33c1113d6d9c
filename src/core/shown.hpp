// Text from outside, as a message or a table may show it.
#pragma once

#include <string>
#include <string_view>

namespace cuvae::core {

inline constexpr std::size_t kLongestPath = 1000;  // of which more says nothing

// On one line, without control characters (each becomes '?'), and cut after `longest` bytes.
[[nodiscard]] std::string shown(std::string_view text, std::size_t longest = 80);

}  // namespace cuvae::core
