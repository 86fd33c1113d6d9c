#pragma once

#include <optional>
#include <string>

#include "src/data/csr_arrays.hpp"
#include "src/data/npz_archive.hpp"

namespace cuvae::data {

struct CsrShape {
  std::int64_t rows;
  std::int32_t columns;
};

struct CsrEntry {
  std::int32_t column;
  float value;
};

// Columns that are made dense at a time. Entries come in any order in narrower rows; in wider ones window by
// window, because no memory holds what comes too early.
inline constexpr std::int32_t kCsrWindow = 1 << 20;

// The stored values of a CSR matrix, row by row: its arrays indptr, indices and data, read side by side.
// Throws Error(data), naming array, row and place, where they do not make a matrix.
class CsrEntries {
 public:
  CsrEntries(const NpzArchive& archive, CsrShape shape);

  // To the next row; false behind the last.
  [[nodiscard]] bool next_row();
  // The next entry of this row.
  [[nodiscard]] std::optional<CsrEntry> next() {
    if (at_ == end_) return std::nullopt;
    return read_entry();
  }

  [[nodiscard]] std::int64_t count() const { return indices_.count(); }
  [[nodiscard]] ElementType type() const { return data_.type(); }  // as stored

 private:
  [[nodiscard]] CsrEntry read_entry();
  [[noreturn]] void refuse_column(std::int64_t column) const;
  [[noreturn]] void refuse_row_end(std::int64_t end) const;

  CsrShape shape_;
  std::string path_;
  IndexArray indptr_, indices_;
  NumberArray data_;
  std::int64_t row_ = -1;
  std::int64_t at_ = 0, end_ = 0;  // of the entries, counted over all rows
  std::int64_t last_window_ = 0;   // of this row
};

}  // namespace cuvae::data
