#include "src/data/csr_entries.hpp"

#include "src/core/read_error.hpp"

namespace cuvae::data {
namespace {

std::unique_ptr<ValueStream> values(const NpzArchive& archive, const std::string& name) {
  if (!archive.has(name))
    core::refuse(archive.path(), "it is a sparse matrix (CSR) without its array '" + name + "'",
                 kMatrixAgain);
  if (archive.header(name).dict.shape == std::vector<std::int64_t>{0})
    core::refuse(archive.source(name), "it is empty: all values of the matrix are zero",
                 "Give data with at least one value that is not.");
  return archive.values(name);
}

std::string values_text(std::int64_t count) {
  return std::to_string(count) + (count == 1 ? " value" : " values");
}

std::string at_row(std::int64_t row) { return "row " + std::to_string(row) + " (from 0) "; }

}  // namespace

CsrEntries::CsrEntries(const NpzArchive& archive, CsrShape shape)
    : shape_(shape),
      path_(archive.path()),
      indptr_(values(archive, "indptr"), archive.source("indptr")),
      indices_(values(archive, "indices"), archive.source("indices")),
      data_(values(archive, "data"), archive.source("data")) {
  if (indptr_.count() - 1 != shape_.rows)
    core::refuse(archive.source("indptr"),
                 "it has " + values_text(indptr_.count()) + ", but " + std::to_string(shape_.rows) +
                     " rows need " + std::to_string(shape_.rows + 1),
                 kMatrixAgain);
  if (indices_.count() != data_.count())
    core::refuse(archive.source("indices"),
                 "it has " + values_text(indices_.count()) + ", but the array 'data' has " +
                     std::to_string(data_.count()),
                 kMatrixAgain);
  const std::int64_t first = indptr_.next();
  if (first != 0)
    core::refuse(archive.source("indptr"), "it begins with " + std::to_string(first) + ", not 0",
                 kMatrixAgain);
}

bool CsrEntries::next_row() {
  if (row_ + 1 == shape_.rows) return false;
  ++row_;
  const std::int64_t end = indptr_.next();
  const bool is_last = row_ + 1 == shape_.rows;
  if (end < end_ || end > count() || (is_last && end != count())) refuse_row_end(end);
  at_ = end_;
  end_ = end;
  last_window_ = 0;
  return true;
}

CsrEntry CsrEntries::read_entry() {
  const std::int64_t column = indices_.next();
  if (column < 0 || column >= shape_.columns || column / kCsrWindow < last_window_) refuse_column(column);
  last_window_ = column / kCsrWindow;
  ++at_;
  return {static_cast<std::int32_t>(column), data_.next()};
}

void CsrEntries::refuse_column(std::int64_t column) const {
  const std::string which = at_row(row_) + "has column " + std::to_string(column) + " (value " +
                            std::to_string(at_) + " of indices, from 0)";
  const std::string source = path_ + ":indices";
  if (column < 0 || column >= shape_.columns)
    core::refuse(source, which + ", but the matrix has " + std::to_string(shape_.columns) + " columns",
                 kMatrixAgain);
  core::refuse(source, which + " behind larger ones; rows wider than 1,048,576 must be sorted",
               "Sort them: matrix.sort_indices(), then scipy.sparse.save_npz.");
}

void CsrEntries::refuse_row_end(std::int64_t end) const {
  core::refuse(path_ + ":indptr",
               at_row(row_) + "ends at value " + std::to_string(end) +
                   (end < end_ ? ", before it begins, at " + std::to_string(end_)
                               : ", but there are " + std::to_string(count()) + " values in indices"),
               kMatrixAgain);
}

}  // namespace cuvae::data
