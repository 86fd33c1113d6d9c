// What a table's first lines say about the rest.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace cuvae::data {

inline constexpr std::size_t kMostTableColumns = std::size_t{1} << 17;

struct CsvDialect {
  char delimiter = ',';
  std::vector<std::string> first;    // fields of the first record
  bool has_header = false;           // it is none of the data
  std::vector<std::string> names{};  // of the columns; empty: they are called by number
};

// From a text that begins with two records, or is whole, or ends inside the second. Of the delimiters , tab ;
// and | it is the one that cuts both into as many fields, most of all into numbers. The first is a header
// where it has a word above a number of the second, or words alone, or words and numbers that are whole and
// ascend, or counts from 0, which are no names; an empty field in front may stand above names of rows. Names
// are without blanks around. `first` is empty where there is no record, or no end of it.
[[nodiscard]] CsvDialect dialect_of(std::string_view start, bool whole);

[[nodiscard]] std::string name_of_delimiter(char delimiter);  // "commas"

}  // namespace cuvae::data
