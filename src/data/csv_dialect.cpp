#include "src/data/csv_dialect.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>

#include "cuvae/error.hpp"
#include "src/data/csv_number.hpp"
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
  bool same_width = false;  // also where there is no second record
  std::size_t numbers = 0;  // fields of the second record, else of the first

  // More fields are better only where they are as many in both records.
  [[nodiscard]] std::array<std::size_t, 3> rank() const {
    const bool cuts = same_width && first.size() > 1;
    return {cuts ? std::size_t{1} : std::size_t{0},
            cuts && numbers == first.size() ? std::size_t{1} : std::size_t{0}, first.size()};
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

bool is_number(const std::string& field) { return to_float(field).has_value(); }

std::size_t numbers_in(const std::vector<std::string>& fields) {
  return static_cast<std::size_t>(std::ranges::count_if(fields, is_number));
}

// Quotes that make no sense so, with this delimiter or with any, end it: whoever reads on says why.
Cut cut(std::string_view start, char delimiter) {
  Cut result;
  try {
    CsvText text(std::make_unique<TextReader>(start), "");
    text.set_delimiter(delimiter);
    result.first = record_of(text);
    result.numbers = numbers_in(result.first);
    result.second = record_of(text);
    result.same_width = result.second.empty() || result.second.size() == result.first.size();
    if (!result.second.empty()) result.numbers = numbers_in(result.second);
  } catch (const Error&) {
    return result;
  }
  return result;
}

// As columns that are numbered, or called by years, are: whole, each greater than the one before.
bool number_columns(const std::vector<std::string>& fields) {
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

bool counts_from(std::size_t start, std::span<const std::string> fields) {
  return std::ranges::all_of(
      fields, [&](const std::string& field) { return trimmed(field) == std::to_string(start++); });
}

// 0, 1, 2 and so on, as columns without names are called, perhaps after an empty field above the names of
// rows; and not the first row of a matrix of ascending numbers.
bool numbers_columns(const Cut& cut) {
  std::span<const std::string> first(cut.first), second(cut.second);
  if (first.empty() || second.size() != first.size()) return false;
  const bool names_of_rows = trimmed(first.front()).empty();
  if (names_of_rows) first = first.subspan(1);
  return first.size() > 2 && counts_from(0, first) && (names_of_rows || !counts_from(first.size(), second));
}

// Words above numbers, words alone, or words beside what numbers columns.
bool names_columns(const Cut& cut) {
  const std::size_t numbers = numbers_in(cut.first);
  if (numbers == cut.first.size()) return false;
  if (numbers == 0 || cut.second.size() != cut.first.size()) return true;
  for (std::size_t field = 0; field < cut.first.size(); ++field)
    if (!is_number(cut.first[field]) && is_number(cut.second[field])) return true;
  return number_columns(cut.first);
}

}  // namespace

CsvDialect dialect_of(std::string_view start) {
  char best = kDelimiters.front();
  Cut chosen = cut(start, best);
  for (const char delimiter : std::span(kDelimiters).subspan(1)) {
    Cut other = cut(start, delimiter);
    if (other.first.size() < 2 || other.rank() <= chosen.rank()) continue;
    best = delimiter;
    chosen = std::move(other);
  }
  CsvDialect dialect;
  dialect.delimiter = best;
  if (names_columns(chosen))
    for (const std::string& name : chosen.first) dialect.names.emplace_back(trimmed(name));
  dialect.has_header = !dialect.names.empty() || numbers_columns(chosen);
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
