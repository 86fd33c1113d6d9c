#include "src/io/csv_writer.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <iterator>
#include <type_traits>
#include <utility>

#include "src/core/check.hpp"
#include "src/core/table_number.hpp"

namespace cuvae::io {
namespace {

constexpr std::size_t kTextBytes = std::size_t{1} << 16;

std::int64_t columns_of(const ArrayLayout& layout) {
  std::int64_t columns = 1;
  for (std::size_t axis = 1; axis < layout.shape.size(); ++axis) columns *= layout.shape[axis];
  return columns;
}

// In quotes where it has to be.
std::string field(const std::string& name, char delimiter) {
  const char special[] = {delimiter, '"', '\n', '\r', '\0'};
  if (name.find_first_of(special) == std::string::npos) return name;
  std::string quoted = "\"";
  for (const char c : name) quoted.append(c == '"' ? 2 : 1, c);
  return quoted + '"';
}

bool is_word(const std::string& name) { return !core::to_float(name); }

void append_number(std::string& text, std::uint64_t value) { text += std::to_string(value); }
void append_number(std::string& text, std::int64_t value) { text += std::to_string(value); }

template <class T>
requires std::is_floating_point_v<T>
void append_number(std::string& text, T value) {
  char digits[32];
  text.append(std::begin(digits), std::to_chars(std::begin(digits), std::end(digits), value).ptr);
}

template <class T>
void append_value(std::string& text, T value) {
  if constexpr (std::is_same_v<T, core::Boolean>) {
    text += value == core::Boolean{0} ? '0' : '1';
  } else if constexpr (std::is_floating_point_v<T>) {
    append_number(text, value);
  } else if constexpr (std::is_signed_v<T>) {
    append_number(text, std::int64_t{value});
  } else {
    append_number(text, std::uint64_t{value});
  }
}

}  // namespace

CsvWriter::CsvWriter(const std::filesystem::path& path, ArrayLayout layout, char delimiter,
                     Compression compression)
    : ArrayWriter(std::move(layout)),
      file_(path),
      delimiter_(delimiter),
      columns_(columns_of(this->layout())) {
  CUVAE_REQUIRE(this->layout().columns.empty() || std::ssize(this->layout().columns) == columns_,
                "there are more or fewer names than columns");
  if (compression == Compression::gzip) gzip_.emplace();
  write_names();
}

void CsvWriter::write_names() {
  const auto& names = layout().columns;
  const std::string before =
      std::ranges::any_of(names, is_word) ? "" : "c";  // so that nobody takes them for a row
  for (std::int64_t i = 0; i < columns_; ++i) {
    if (i > 0) text_ += delimiter_;
    text_ += names.empty() ? before + std::to_string(i)
                           : field(before + names[static_cast<std::size_t>(i)], delimiter_);
    if (text_.size() >= kTextBytes) pass_on();
  }
  text_ += '\n';
}

void CsvWriter::write(std::span<const std::byte> values) {
  core::with_type(layout().type, [&](auto value) {
    for (std::size_t at = 0; at < values.size(); at += sizeof value) {
      std::memcpy(&value, values.data() + at, sizeof value);
      append_value(text_, value);
      column_ = column_ + 1 == columns_ ? 0 : column_ + 1;
      text_ += column_ == 0 ? '\n' : delimiter_;
      if (text_.size() >= kTextBytes) pass_on();
    }
  });
}

void CsvWriter::finish(const Pulse&) {
  pass_on();
  if (gzip_) gzip_->finish(file_);
  file_.commit();
}

void CsvWriter::pass_on() {
  gzip_ ? gzip_->write(text_, file_) : file_.write(text_);
  text_.clear();
}

}  // namespace cuvae::io
