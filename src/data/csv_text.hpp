// The text of a table, field by field, as RFC 4180 has it; a line may also end with \n or \r alone, and empty
// lines mean nothing.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "src/data/byte_reader.hpp"

namespace cuvae::data {

class CsvText {
 public:
  enum class Next { field, record, end };  // what comes after a field

  CsvText(std::unique_ptr<ByteReader> content, std::string source);

  void set_delimiter(char delimiter) noexcept { delimiter_ = delimiter; }
  [[nodiscard]] char delimiter() const noexcept { return delimiter_; }
  [[nodiscard]] const std::string& source() const noexcept { return source_; }
  [[nodiscard]] std::int64_t line() const noexcept {
    return line_;
  }  // of the field that was read last, from 1

  // What lies ahead, at least the first two records where they are not longer than kLongestStart; valid until
  // something is read.
  static constexpr std::size_t kLongestStart = std::size_t{1} << 22;
  [[nodiscard]] std::string_view start();
  [[nodiscard]] bool is_whole() const noexcept { return whole_; }  // all that lies ahead is in it

  // Goes to the next record; false where there is none.
  [[nodiscard]] bool begin_record();
  // The next field of the record as its text, valid until the next call.
  struct Field {
    std::string_view text;
    Next next;
  };
  [[nodiscard]] Field field();
  // The same for a field that is a plain number, faster; false, and nothing read, where it is not.
  [[nodiscard]] bool number(float& value, Next& next);
  [[nodiscard]] bool lost_digits() const noexcept { return lost_digits_; }  // it, see core/table_number.hpp

 private:
  static constexpr std::size_t kAhead = 1024;  // bytes that are there for number()
  static constexpr std::size_t kLongestField = std::size_t{1} << 16;

  void fill(std::size_t ahead);
  [[nodiscard]] std::size_t ahead() const noexcept { return static_cast<std::size_t>(end_ - at_); }
  [[nodiscard]] bool ends_field(char c) const noexcept { return c == delimiter_ || c == '\n' || c == '\r'; }
  [[nodiscard]] Next pass_end(const char* at);
  [[nodiscard]] Field quoted();
  [[noreturn]] void refuse_long(std::int64_t line) const;

  std::unique_ptr<ByteReader> content_;
  std::string source_;
  std::vector<char> buffer_;
  const char* at_ = nullptr;
  const char* end_ = nullptr;
  bool whole_ = false;  // nothing comes after end_
  char delimiter_ = ',';
  std::int64_t line_ = 1, next_line_ = 1;
  std::string unquoted_;
  bool lost_digits_ = false;
};

}  // namespace cuvae::data
