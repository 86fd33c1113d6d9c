#include "src/data/csv_columns.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <sstream>
#include <string_view>
#include <utility>

#include "src/core/check.hpp"
#include "src/core/read_error.hpp"
#include "src/core/shown.hpp"

namespace cuvae::data {
namespace {

using Range = std::pair<std::size_t, std::size_t>;  // from, up to and with

std::optional<std::size_t> number_in(std::string_view text) {
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<Range> numbers_in(std::string_view text) {
  const std::size_t dash = text.find('-');
  const auto first = number_in(text.substr(0, dash));
  const auto last = dash == std::string_view::npos ? first : number_in(text.substr(dash + 1));
  if (!first || !last || *last < *first) return std::nullopt;
  return Range{*first, *last};
}

[[noreturn]] void refuse_column(const std::string& item, std::size_t count,
                                const std::vector<std::string>& names, const std::string& source) {
  const std::string columns =
      "it has " + std::to_string(count) + " columns, from 0 to " + std::to_string(count - 1);
  if (names.empty())
    core::refuse(source, "there is no column '" + core::shown(item) + "': " + columns + ", without names",
                 "Name columns by number: file.csv:0,2-5, or all but some: 'file.csv:!0'.");
  const std::string hint = numbers_in(item) ? "" : detail::did_you_mean(item, names);
  core::refuse(source,
               "there is no column '" + core::shown(item) + "': " + columns + ", the first of them '" +
                   core::shown(names.front()) + "'",
               hint.empty() ? "Name columns as its first line does, or by number: file.csv:0,2-5."
                            : "D" + hint.substr(1));
}

[[noreturn]] void refuse_twice(const std::string& item, const std::string& source) {
  core::refuse(source, "column '" + core::shown(item) + "' is named twice", "Name each column once.");
}

Range columns_of(const std::string& item, std::size_t count, const std::vector<std::string>& names,
                 const std::string& source) {
  const auto named = std::ranges::find(names, item);
  if (named == names.end()) {
    const auto numbers = numbers_in(item);
    if (!numbers || numbers->second >= count) refuse_column(item, count, names, source);
    return *numbers;
  }
  if (const auto again = std::find(named + 1, names.end(), item); again != names.end())
    core::refuse(source,
                 "columns " + std::to_string(named - names.begin()) + " and " +
                     std::to_string(again - names.begin()) + " are both called '" + core::shown(item) + "'",
                 "Name them by number: file.csv:0,2-5.");
  const auto column = static_cast<std::size_t>(named - names.begin());
  return {column, column};
}

}  // namespace

std::vector<std::size_t> chosen_columns(const std::string& part, std::size_t count,
                                        const std::vector<std::string>& names, const std::string& source) {
  const bool but = part.starts_with('!');
  std::vector<std::size_t> named;
  std::vector<bool> is_named(count);
  std::istringstream items(part.substr(but ? 1 : 0));
  for (std::string item; std::getline(items, item, ',');) {
    const Range range = columns_of(item, count, names, source);
    for (std::size_t column = range.first; column <= range.second; ++column) {
      if (is_named[column] && !but) refuse_twice(item, source);
      if (!is_named[column]) named.push_back(column);
      is_named[column] = true;
    }
  }
  if (!part.empty() && named.empty())
    core::refuse(source, "no column is named", "Name some: file.csv:0,2-5.");
  if (!part.empty() && !but) return named;
  std::vector<std::size_t> others;
  for (std::size_t column = 0; column < count; ++column)
    if (!is_named[column]) others.push_back(column);
  if (others.empty()) core::refuse(source, "no column of it is left", "Leave at least one: file.csv:0,2-5.");
  return others;
}

}  // namespace cuvae::data
