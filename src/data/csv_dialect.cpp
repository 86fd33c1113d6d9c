#include "src/data/csv_dialect.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>

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

// The first record and how the second compares, under one delimiter.
struct Cut {
  std::vector<std::string> first;
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

std::size_t numbers_in(const std::vector<std::string>& fields) {
  return static_cast<std::size_t>(
      std::ranges::count_if(fields, [](const std::string& field) { return to_float(field).has_value(); }));
}

// Quotes that make no sense so, with this delimiter or with any, end it: whoever reads on says why.
Cut cut(std::string_view start, char delimiter) {
  Cut result;
  try {
    CsvText text(std::make_unique<TextReader>(start), "");
    text.set_delimiter(delimiter);
    result.first = record_of(text);
    result.numbers = numbers_in(result.first);
    const std::vector<std::string> second = record_of(text);
    result.same_width = second.empty() || second.size() == result.first.size();
    if (!second.empty()) result.numbers = numbers_in(second);
  } catch (const Error&) {
    return result;
  }
  return result;
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
  const bool has_header = numbers_in(chosen.first) < chosen.first.size();
  return {best, std::move(chosen.first), has_header};
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
