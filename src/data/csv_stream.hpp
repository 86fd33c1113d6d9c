#pragma once

#include <memory>
#include <string>
#include <vector>

#include "src/data/csv_dialect.hpp"
#include "src/data/csv_text.hpp"
#include "src/data/value_stream.hpp"

namespace cuvae::data {

enum class Missing : std::uint8_t { refused, as_nan };

// The numbers of a table in text (CSV, TSV), float32. Delimiter and header are found out; `part` says which
// columns (csv_columns.hpp), in the order of the file. Every record has as many fields as the first. Throws
// Error(data), naming line and column.
class CsvStream final : public ValueStream {
 public:
  CsvStream(std::unique_ptr<ByteReader> content, const std::string& source, const std::string& part,
            Missing missing);

  [[nodiscard]] const Header& header() const override { return header_; }
  [[nodiscard]] std::size_t read(std::span<std::byte> out) override;
  // The next value as the text it is, without blanks around; false where there is none.
  [[nodiscard]] bool read_text(std::string& out);
  [[nodiscard]] std::string here() const;  // of the value that was read last: "line 3, column 2 ('width')"
  [[nodiscard]] std::vector<std::string> column_names() const override;
  [[nodiscard]] std::string description() const override;

 private:
  [[nodiscard]] float value();
  [[nodiscard]] bool next_record();
  void end_field();
  [[nodiscard]] std::string place(std::size_t field) const;
  void require_width();
  [[noreturn]] void refuse_text(std::string_view text) const;

  CsvText text_;
  CsvDialect dialect_;
  Missing missing_;
  std::vector<bool> chosen_;  // of the fields of a record
  Header header_;
  std::int64_t rows_ = 0;
  std::size_t field_ = 0;  // of the record under way
  std::size_t last_ = 0;   // the field that was read last
  CsvText::Next next_ = CsvText::Next::record;
};

}  // namespace cuvae::data
