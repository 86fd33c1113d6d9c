#include "src/data/csr_stream.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

#include "src/core/read_error.hpp"
#include "src/core/shown.hpp"

namespace cuvae::data {
namespace {

bool is_word(const NpyDict& dict) {
  const std::string_view type = dict.descr;
  return dict.shape.empty() && (type.starts_with("|S") || type.starts_with("<U") || type.starts_with(">U"));
}

// Bytes, or characters of 4 bytes.
std::string word(const NpzArchive& archive, const std::string& name) {
  const std::vector<std::byte> bytes = archive.start(name);
  std::string text;
  for (std::size_t i = read_npy_text(bytes, archive.source(name)).end; i < bytes.size(); ++i) {
    if (bytes[i] != std::byte{0}) text += static_cast<char>(bytes[i]);
  }
  return text;
}

void require_csr(const NpzArchive& archive) {
  const std::string format = word(archive, "format");
  if (format != "csr")
    core::refuse(archive.path(),
                 "it is a sparse matrix of scipy in the format '" + core::shown(format, 20) +
                     "', which is read in CSR only",
                 "Convert it: scipy.sparse.save_npz('x.npz', matrix.tocsr()).");
}

CsrShape shape_of(const NpzArchive& archive) {
  const std::string source = archive.source("shape");
  IndexArray shape(archive.values("shape"), source);
  if (shape.count() != 2)
    core::refuse(source, "it has " + std::to_string(shape.count()) + " values, those of a matrix are two",
                 kMatrixAgain);
  const std::int64_t rows = shape.next(), columns = shape.next();
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max() / sizeof(float);
  const std::string is = "the matrix is of " + std::to_string(rows) + " x " + std::to_string(columns);
  if (rows < 1 || columns < 1) core::refuse(source, is, "Give data with at least one row and one column.");
  if (columns > std::numeric_limits<std::int32_t>::max())
    core::refuse(source, is + "; rows have at most 2^31 - 1 values", "The first dimension must be the rows.");
  if (rows > kMost / columns) core::refuse(source, is + ", more than any machine can hold", kMatrixAgain);
  return {rows, static_cast<std::int32_t>(columns)};
}

CsrShape shape_of_csr(const NpzArchive& archive) {
  require_csr(archive);
  return shape_of(archive);
}

}  // namespace

bool is_sparse_matrix(const NpzArchive& archive) {
  return archive.has("format") && archive.has("shape") && archive.has("data") &&
         is_word(archive.header("format").dict);
}

CsrStream::CsrStream(const NpzArchive& archive) : CsrStream(archive, shape_of_csr(archive)) {}

CsrStream::CsrStream(const NpzArchive& archive, CsrShape shape)
    : entries_(archive, shape),
      header_{.format = Format::csr, .type = ElementType::f32, .shape = {shape.rows, shape.columns}},
      first_(shape.columns) {}

std::size_t CsrStream::read(std::span<std::byte> out) {
  std::size_t filled = 0;
  while (filled < out.size()) {
    if (taken_ == window_.size() && !next_window()) break;
    const std::size_t count = std::min(window_.size() - taken_, (out.size() - filled) / sizeof(float));
    std::memcpy(out.data() + filled, window_.data() + taken_, count * sizeof(float));
    filled += count * sizeof(float);
    taken_ += count;
  }
  return filled;
}

bool CsrStream::next_window() {
  const std::int64_t columns = header_.shape[1];
  first_ += std::ssize(window_);
  if (first_ == columns) {
    if (!entries_.next_row()) return false;
    next_ = entries_.next();
    first_ = 0;
  }
  window_.assign(static_cast<std::size_t>(std::min<std::int64_t>(kCsrWindow, columns - first_)), 0.0f);
  taken_ = 0;
  for (const std::int64_t end = first_ + std::ssize(window_); next_ && next_->column < end;
       next_ = entries_.next())
    add(*next_);
  return true;
}

void CsrStream::add(CsrEntry entry) {
  float& value = window_[static_cast<std::size_t>(entry.column - first_)];
  value = entries_.type() == ElementType::boolean ? std::max(value, entry.value) : value + entry.value;
}

void CsrStream::check() {
  while (entries_.next_row()) {
    while (entries_.next()) {
    }
  }
}

std::string CsrStream::description() const {
  return "NPZ, sparse (CSR) " + std::string(name_of(entries_.type())) + ", " +
         std::to_string(entries_.count()) + " values stored";
}

}  // namespace cuvae::data
