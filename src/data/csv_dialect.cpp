#include "src/data/csv_dialect.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>

#include "cuvae/error.hpp"
#include "src/core/table_number.hpp"
#include "src/data/csv_text.hpp"

namespace cuvae::data {
namespace {

constexpr std::array kDelimiters{',', '\t', ';', '|'};

class TextReader final : public ByteReader {
 public:
  explicit TextReader(std::string_view text) : rest_(text) {}
  [[nodiscard]] std::size_t read(std::span<std::byte> out) override {
    const std::size_t count = std::min(out.size(), rest_.size());
    std::memcpy(out.data(), rest_.data(), count);
    rest_.remove_prefix(count);
    return count;
  }
  [[nodiscard]] std::int64_t most() const override { return static_cast<std::int64_t>(rest_.size()); }

 private:
  std::string_view rest_;
};

// The first two records and how they compare, under one delimiter.
struct Cut {
  std::vector<std::string> first, second;
  bool same_width = false;   // also where there is no second record
  bool all_numbers = false;  // in the second record, else in the first

  // More fields are better only where they are as many in both records.
  [[nodiscard]] std::array<std::size_t, 3> rank() const {
    const bool cuts = same_width && first.size() > 1;
    return {cuts ? std::size_t{1} : std::size_t{0}, cuts && all_numbers ? std::size_t{1} : std::size_t{0},
            first.size()};
  }
};

std::vector<std::string> record_of(CsvText& text) {
  std::vector<std::string> fields;
  if (!text.begin_record()) return fields;
  for (auto next = CsvText::Next::field; next == CsvText::Next::field;) {
    const CsvText::Field field = text.field();
    fields.emplace_back(field.text);
    next = field.next;
    if (fields.size() > kMostTableColumns) break;
  }
  return fields;
}

bool is_number(const std::string& field) { return core::to_float(field).has_value(); }

// Quotes that make no sense so, with this delimiter or with any, end it: whoever reads on says why.
Cut cut(std::string_view start, bool whole, char delimiter) {
  Cut result;
  try {
    CsvText text(std::make_unique<TextReader>(start), "");
    text.set_delimiter(delimiter);
    result.first = record_of(text);
    result.all_numbers = std::ranges::all_of(result.first, is_number);
    result.second = record_of(text);
    if (result.second.empty()) {
      if (!whole) result.first.clear();  // nor is the rest of it here
      result.same_width = true;
    } else if (whole || text.begin_record()) {
      result.same_width = result.second.size() == result.first.size();
    } else {  // the rest of the second is not here
      result.second.pop_back();
      result.same_width = result.second.size() < result.first.size();
    }
    if (!result.second.empty()) result.all_numbers = std::ranges::all_of(result.second, is_number);
  } catch (const Error&) {
    return result;
  }
  return result;
}

using Fields = std::span<const std::string>;

// As columns that are numbered, or called by years, are: whole, each greater than the one before.
bool number_columns(Fields fields) {
  std::uint64_t before = 0;
  bool begun = false;
  for (const std::string& field : fields) {
    if (!is_number(field)) continue;
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), number);
    if (error != std::errc() || end != field.data() + field.size() || (begun && number <= before))
      return false;
    before = number;
    begun = true;
  }
  return true;
}

bool counts_from(std::size_t start, Fields fields) {
  return std::ranges::all_of(
      fields, [&](const std::string& field) { return core::trimmed(field) == std::to_string(start++); });
}

enum class Names { none, numbers, words };

// Words above numbers, words alone, or words beside numbers that number columns; or 0, 1, 2 and so on, if it
// is not the first row of a matrix that goes on so. The second may be the beginning of a record.
Names names_in(Fields first, Fields second, bool of_rows_too) {
  const auto numbers = static_cast<std::size_t>(std::ranges::count_if(first, is_number));
  if (numbers == first.size()) {
    const bool counts = first.size() > (of_rows_too ? 0 : 2) && !second.empty() && counts_from(0, first) &&
                        (of_rows_too || !counts_from(first.size(), second));
    return counts ? Names::numbers : Names::none;
  }
  if (numbers == 0 || second.empty()) return Names::words;
  for (std::size_t field = 0; field < std::min(first.size(), second.size()); ++field)
    if (!is_number(first[field]) && is_number(second[field])) return Names::words;
  return number_columns(first) ? Names::words : Names::none;
}

// An empty field in front stands above names of rows, if the others are names.
Names names_in(const Cut& cut) {
  const Fields first(cut.first), second(cut.same_width ? Fields(cut.second) : Fields());
  if (first.size() < 2 || !core::trimmed(first.front()).empty()) return names_in(first, second, false);
  return names_in(first.subspan(1), second.empty() ? second : second.subspan(1), true);
}

}  // namespace

CsvDialect dialect_of(std::string_view start, bool whole) {
  char best = kDelimiters.front();
  Cut chosen = cut(start, whole, best);
  for (const char delimiter : std::span(kDelimiters).subspan(1)) {
    Cut other = cut(start, whole, delimiter);
    if (other.first.size() < 2 || other.rank() <= chosen.rank()) continue;
    best = delimiter;
    chosen = std::move(other);
  }
  CsvDialect dialect;
  dialect.delimiter = best;
  const Names names = names_in(chosen);
  if (names == Names::words)
    for (const std::string& name : chosen.first) dialect.names.emplace_back(core::trimmed(name));
  dialect.has_header = names != Names::none;
  dialect.first = std::move(chosen.first);
  return dialect;
}

std::string name_of_delimiter(char delimiter) {
  switch (delimiter) {
    case '\t':
      return "tabs";
    case ';':
      return "semicolons";
    case '|':
      return "bars";
    default:
      return "commas";
  }
}

}  // namespace cuvae::data
