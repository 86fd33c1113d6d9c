// Text from outside, as a message or a table may show it.
#pragma once

#include <string>
#include <string_view>

namespace cuvae::core {

inline constexpr std::size_t kLongestPath = 1000;  // of which more says nothing

// On one line, in UTF-8, without control characters (each becomes '?', and so does each byte that is no ASCII
// in a text that is no UTF-8), and cut after at most `longest` bytes.
[[nodiscard]] std::string shown(std::string_view text, std::size_t longest = 80);

}  // namespace cuvae::core
