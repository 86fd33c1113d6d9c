// Classes that a table calls by words.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace cuvae::data {

struct NamedClasses {
  std::vector<std::int32_t> classes;  // of each row, by its place among the names
  std::vector<std::string> names;
};

// In bytes: of one, and of all together, so that a checkpoint holds them.
inline constexpr std::size_t kLongestClassName = 200;
inline constexpr std::size_t kLongestClassNames = std::size_t{1} << 19;

// Of a table, or several, with one column, whose first value is a word. Empty for all other data. The names
// are those given, or, where none are, the words that occur in the order of their bytes. Throws Error(data),
// naming line and column: a number among words, a missing one, one that is too long, no UTF-8 or has control
// characters, or is none of the names given; more rows than `most`; more names than kMostClasses or
// kLongestClassNames allow.
[[nodiscard]] std::optional<NamedClasses> read_named_classes(const std::string& spec,
                                                             const std::vector<std::string>& names,
                                                             std::int64_t most);

}  // namespace cuvae::data
