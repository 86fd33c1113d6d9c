#include "src/data/several_stream.hpp"

#include <algorithm>
#include <limits>

#include "src/core/read_error.hpp"
#include "src/core/shown.hpp"

namespace cuvae::data {
namespace {

std::string row_text(const Header& header) {
  Header row = header;
  row.shape.erase(row.shape.begin());
  return row.shape.empty() ? "1" : shape_text(row);
}

void require_same(const Header& first, const Header& other, const std::string& of_first,
                  const std::string& source) {
  if (other.layout == Layout::fortran)
    core::refuse(source, "it is in Fortran order, which cannot be read together with other files",
                 "Save it with numpy.ascontiguousarray, or use cuvae convert.");
  const std::string theirs = row_text(other) + " values of " + std::string(name_of(other.type));
  const std::string ours = row_text(first) + " of " + std::string(name_of(first.type));
  const bool same_rows =
      std::equal(other.shape.begin() + 1, other.shape.end(), first.shape.begin() + 1, first.shape.end());
  if (!same_rows || other.type != first.type || other.order != first.order)
    core::refuse(source,
                 "its rows have " + theirs + (other.order == first.order ? "" : ", in another byte order") +
                     ", those of '" + of_first + "' have " + ours,
                 "Files that are read together need rows of one shape and one type.");
}

// A table may be cut into parts of which only the first has a header.
void require_same_columns(const std::vector<std::string>& first, const std::vector<std::string>& other,
                          const std::string& of_first, const std::string& source) {
  if (first.empty() || other.empty()) return;
  const auto [ours, theirs] = std::ranges::mismatch(first, other);
  if (theirs == other.end()) return;
  core::refuse(source,
               "its column " + std::to_string(theirs - other.begin()) + " is '" + core::shown(*theirs, 40) +
                   "', that of '" + of_first + "' is '" + core::shown(*ours, 40) + "'",
               "Name the columns that are meant, in one order for all: 'parts-*.csv:a,b'.");
}

}  // namespace

SeveralStream::SeveralStream(std::vector<Spec> files, Open open)
    : files_(std::move(files)), open_(std::move(open)) {
  for (const Spec& file : files_) {
    const std::unique_ptr<ValueStream> stream = open_(file);
    if (header_.shape.empty()) {
      kind_ = stream->description();
      column_names_ = stream->column_names();
      require_same(stream->header(), stream->header(), file.text, file.text);
      header_ = stream->header();
    } else {
      require_same(header_, stream->header(), files_.front().text, file.text);
      require_same_columns(column_names_, stream->column_names(), files_.front().text, file.text);
      add_rows(stream->header());
    }
  }
}

void SeveralStream::add_rows(const Header& of_file) {
  std::int64_t& rows = header_.shape[0];
  if (rows == kRowsUnknown || of_file.rows() == kRowsUnknown) {
    rows = kRowsUnknown;
    return;
  }
  const std::int64_t most =
      std::numeric_limits<std::int64_t>::max() / size_of(header_.type) / header_.columns();
  if (of_file.rows() > most - rows)
    core::refuse(files_.front().text, "these files declare more rows than any memory can hold",
                 "Name fewer files.");
  rows += of_file.rows();
}

std::size_t SeveralStream::read(std::span<std::byte> out) {
  std::size_t filled = 0;
  while (filled < out.size()) {
    if (current_ == nullptr) {
      if (next_ == files_.size()) break;
      current_ = open_(files_[next_++]);
    }
    const std::size_t wanted = out.size() - filled, got = current_->read(out.subspan(filled));
    filled += got;
    if (got == wanted) break;
    rows_before_ += current_->header().rows();
    rounded_ += current_->rounded();
    current_.reset();
  }
  if (filled < out.size()) header_.shape[0] = rows_before_;
  return filled;
}

std::string SeveralStream::description() const {
  return std::to_string(files_.size()) + " files of " + kind_;
}

}  // namespace cuvae::data
