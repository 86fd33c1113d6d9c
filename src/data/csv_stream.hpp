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
// columns, and in which order (csv_columns.hpp). Every record has as many fields as the first. Throws
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
  [[nodiscard]] std::int64_t rounded() const override { return rounded_; }
  [[nodiscard]] std::string description() const override;

 private:
  [[nodiscard]] std::size_t read_in_order_of_file(std::span<std::byte> out);
  [[nodiscard]] bool next_row();
  [[nodiscard]] float value();
  [[nodiscard]] bool next_record();
  void end_field();
  [[nodiscard]] std::string place(std::size_t field) const;
  void require_width();
  [[noreturn]] void refuse_text(std::string_view text) const;

  CsvText text_;
  CsvDialect dialect_;
  Missing missing_;
  std::vector<std::size_t> columns_;  // that are chosen, in their order
  std::vector<bool> chosen_;          // the same, of the fields of a record
  std::vector<std::size_t>
      places_;  // of the values of a row among those of a record; empty: they are the same
  std::vector<float> row_, filed_;  // one row, in its order and in the record's
  std::size_t taken_ = 0;           // values of row_ that have been read
  Header header_;
  std::int64_t rows_ = 0, rounded_ = 0;
  std::size_t field_ = 0;  // of the record under way
  std::size_t last_ = 0;   // the field that was read last
  CsvText::Next next_ = CsvText::Next::record;
};

}  // namespace cuvae::data
