#include "src/data/csv_stream.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "src/core/read_error.hpp"
#include "src/core/shown.hpp"
#include "src/core/table_number.hpp"
#include "src/data/csv_columns.hpp"

namespace cuvae::data {
namespace {

using Next = CsvText::Next;

void pass_record(CsvText& text) {
  while (text.field().next == Next::field) {
  }
}

// Of a start that makes no sense under any delimiter.
void refuse_quotes(CsvText& text) {
  while (text.begin_record()) {
    while (text.field().next == Next::field) {
    }
  }
}

[[noreturn]] void refuse_long_line(const CsvText& text) {
  core::refuse(text.source(), "its first line is longer than 4 MiB",
               "Give a table of numbers, a row to a line; or save wide data with numpy.save.");
}

CsvDialect dialect(CsvText& text) {
  (void)text.begin_record();  // passes over empty lines
  const std::string_view start = text.start();
  const bool whole = text.is_whole();
  if (!whole && start.find_first_of("\r\n") == std::string_view::npos) refuse_long_line(text);
  CsvDialect found = dialect_of(start, whole);
  if (found.first.empty()) refuse_quotes(text);
  if (found.first.empty() && !whole) refuse_long_line(text);
  if (found.first.empty()) {
    if (text.begin_record()) pass_record(text);  // says what is wrong with it
    core::refuse(text.source(), "it has no row of numbers", "Give at least one row.");
  }
  if (found.first.size() > kMostTableColumns)
    core::refuse(text.source(), "its rows have more than " + std::to_string(kMostTableColumns) + " columns",
                 "Save data as wide as this with numpy.save.");
  text.set_delimiter(found.delimiter);
  return found;
}

// Of each column, which of them it is from the left.
std::vector<std::size_t> places_of(const std::vector<std::size_t>& columns) {
  std::vector<std::size_t> places;
  if (std::ranges::is_sorted(columns)) return places;
  std::vector<std::size_t> from_left(columns);
  std::ranges::sort(from_left);
  for (const std::size_t column : columns)
    places.push_back(
        static_cast<std::size_t>(std::ranges::lower_bound(from_left, column) - from_left.begin()));
  return places;
}

}  // namespace

CsvStream::CsvStream(std::unique_ptr<ByteReader> content, const std::string& source, const std::string& part,
                     Missing missing)
    : text_(std::move(content), source),
      dialect_(dialect(text_)),
      missing_(missing),
      columns_(chosen_columns(part, dialect_.first.size(), dialect_.names, source)),
      chosen_(dialect_.first.size()),
      places_(places_of(columns_)) {
  for (const std::size_t column : columns_) chosen_[column] = true;
  header_ = {.format = Format::csv, .type = ElementType::f32, .shape = {kRowsUnknown, std::ssize(columns_)}};
  if (!dialect_.has_header) return;
  (void)text_.begin_record();
  pass_record(text_);
  if (!text_.begin_record())
    core::refuse(
        source,
        "it is text with one line, '" + core::shown(dialect_.first.front()) + "...', and no row of numbers",
        "Give IDX, NPY, NPZ, a table of numbers (CSV) or a folder of PNG pictures.");
}

std::size_t CsvStream::read(std::span<std::byte> out) {
  if (places_.empty()) return read_in_order_of_file(out);
  std::size_t filled = 0;
  while (filled < out.size() && (taken_ < row_.size() || next_row())) {
    const std::size_t bytes = std::min(out.size() - filled, (row_.size() - taken_) * sizeof(float));
    std::memcpy(out.data() + filled, row_.data() + taken_, bytes);
    filled += bytes;
    taken_ += bytes / sizeof(float);
  }
  return filled;
}

// false: there is none.
bool CsvStream::next_row() {
  filed_.resize(columns_.size());
  if (read_in_order_of_file(std::as_writable_bytes(std::span(filed_))) == 0) return false;
  row_.clear();
  for (const std::size_t place : places_) row_.push_back(filed_[place]);
  taken_ = 0;
  return true;
}

std::size_t CsvStream::read_in_order_of_file(std::span<std::byte> out) {
  std::size_t filled = 0;
  while (filled < out.size()) {
    if (field_ == 0 && !next_record()) break;
    if (chosen_[field_]) {
      const float one = value();
      std::memcpy(out.data() + filled, &one, sizeof one);
      filled += sizeof one;
    } else {
      next_ = text_.field().next;
    }
    end_field();
  }
  if (filled < out.size()) header_.shape[0] = rows_;
  return filled;
}

bool CsvStream::read_text(std::string& out) {
  for (;;) {
    if (field_ == 0 && !next_record()) return false;
    const CsvText::Field field = text_.field();
    next_ = field.next;
    const bool is_chosen = chosen_[field_];
    if (is_chosen) out = core::trimmed(field.text);
    end_field();
    if (is_chosen) return true;
  }
}

void CsvStream::end_field() {
  last_ = field_++;
  if (next_ != Next::field || field_ == chosen_.size()) require_width();
}

bool CsvStream::next_record() {
  if (text_.begin_record()) return true;
  if (rows_ == 0) core::refuse(text_.source(), "it has no row of numbers", "Give at least one row.");
  return false;
}

// At the end of a record, or where it should have one.
void CsvStream::require_width() {
  std::size_t fields = field_;
  for (; next_ == Next::field; ++fields) next_ = text_.field().next;
  if (fields != chosen_.size())
    core::refuse(text_.source(),
                 "line " + std::to_string(text_.line()) + " has " + std::to_string(fields) +
                     (fields == 1 ? " field" : " fields") + ", the first has " +
                     std::to_string(chosen_.size()) + " (between " + name_of_delimiter(text_.delimiter()) +
                     ")",
                 "Give every line as many fields, and quote those with the delimiter in them.");
  field_ = 0;
  ++rows_;
}

float CsvStream::value() {
  float number = 0;
  if (text_.number(number, next_)) {
    rounded_ += text_.lost_digits();
    return number;
  }
  const CsvText::Field field = text_.field();
  next_ = field.next;
  const std::optional<float> found = core::to_float(field.text);
  if (!found) refuse_text(field.text);
  if (std::isnan(*found) && missing_ == Missing::refused)
    core::refuse(
        text_.source(), place(field_) + ": the value is missing ('" + core::shown(field.text) + "')",
        "Fill it, or leave out such rows or that column: 'file.csv:!" + std::to_string(field_) + "'.");
  rounded_ += core::loses_digits(core::trimmed(field.text), *found);
  return *found;
}

std::string CsvStream::here() const { return place(last_); }

std::string CsvStream::place(std::size_t field) const {
  const std::string name =
      dialect_.names.empty() ? "" : " ('" + core::shown(dialect_.names[field], 40) + "')";
  return "line " + std::to_string(text_.line()) + ", column " + std::to_string(field) + name;
}

void CsvStream::refuse_text(std::string_view text) const {
  const bool comma = text.find(text_.delimiter() == ',' ? ';' : ',') != std::string_view::npos;
  const bool binary = text.find('\0') != std::string_view::npos;
  const std::string blanks =
      chosen_.size() == 1 && text.find(' ') != std::string_view::npos
          ? "Separate columns by commas, tabs, semicolons or bars: numpy.savetxt(..., delimiter=',')."
          : "";
  const std::string mend =
      binary  ? "It holds NUL bytes: give a table in text, UTF-8."
      : comma ? "Write decimal points, not commas; semicolons may separate columns."
      : !blanks.empty()
          ? blanks
          : "Mend it, or choose columns of numbers: file.csv:0,2-5, or all but some: 'file.csv:!" +
                std::to_string(field_) + "'.";
  core::refuse(text_.source(), place(field_) + ": '" + core::shown(text, 40) + "' is no number", mend);
}

std::vector<std::string> CsvStream::column_names() const {
  std::vector<std::string> names;
  if (dialect_.names.empty()) return names;
  for (const std::size_t column : columns_) names.push_back(dialect_.names[column]);
  return names;
}

std::string CsvStream::description() const {
  return std::string("CSV, ") + name_of_delimiter(text_.delimiter()) +
         (dialect_.has_header ? ", with a header" : ", no header");
}

}  // namespace cuvae::data
