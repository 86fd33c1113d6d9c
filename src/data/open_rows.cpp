#include "src/data/open_rows.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>
#include <utility>

#include "src/core/descriptor.hpp"
#include "src/core/read_error.hpp"
#include "src/data/data_file.hpp"
#include "src/data/dataset_impl.hpp"
#include "src/data/fortran_stream.hpp"
#include "src/data/heap_block.hpp"
#include "src/data/load.hpp"
#include "src/data/map_values.hpp"
#include "src/data/open_stream.hpp"
#include "src/data/packed_stream.hpp"
#include "src/data/standard_input.hpp"

namespace cuvae::data {
namespace {

// Built-in pictures.
class PictureStream final : public ValueStream {
 public:
  explicit PictureStream(Dataset data)
      : data_(std::move(data)),
        header_{.type = data_.impl().type,
                .shape = {data_.rows(), data_.image().height, data_.image().width}} {}

  [[nodiscard]] const Header& header() const override { return header_; }
  [[nodiscard]] std::size_t read(std::span<std::byte> out) override {
    const std::size_t count = std::min(out.size(), data_.bytes() - taken_);
    std::memcpy(out.data(), data_.impl().base + taken_, count);
    taken_ += count;
    return count;
  }
  [[nodiscard]] std::string description() const override { return data_.description(); }

 private:
  Dataset data_;
  Header header_;
  std::size_t taken_ = 0;
};

// A file of which any part is read at any time; small parts that follow each other closely, many at a time.
class AnyPart {
 public:
  explicit AnyPart(const std::string& path) : path_(path), file_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (!file_.is_open()) core::refuse_system(path_, errno);
  }

  void read(std::int64_t offset, std::span<std::byte> out) {
    const bool follows = offset >= end_of_last_ && offset - end_of_last_ < kNear;
    end_of_last_ = offset + std::ssize(out);
    if (offset < first_ || end_of_last_ > first_ + std::ssize(ahead_)) {
      if (!follows || out.size() >= kAhead) return read_all(offset, out);
      ahead_.resize(kAhead);
      ahead_.resize(read_some(offset, ahead_));
      first_ = offset;
      if (ahead_.size() < out.size()) return read_all(offset, out);
    }
    std::memcpy(out.data(), ahead_.data() + (offset - first_), out.size());
  }

 private:
  static constexpr std::size_t kAhead = std::size_t{1} << 16;
  static constexpr std::int64_t kNear = 1 << 10;

  [[nodiscard]] std::size_t read_some(std::int64_t offset, std::span<std::byte> out) const {
    for (;;) {
      const ssize_t got = ::pread(file_.get(), out.data(), out.size(), offset);
      if (got >= 0) return static_cast<std::size_t>(got);
      if (errno != EINTR) core::refuse_system(path_, errno);
    }
  }

  void read_all(std::int64_t offset, std::span<std::byte> out) const {
    while (!out.empty()) {
      const std::size_t got = read_some(offset, out);
      if (got == 0)
        core::refuse(path_, "it became shorter while it was read", "Try again when nothing writes to it.");
      offset += static_cast<std::int64_t>(got);
      out = out.subspan(got);
    }
  }

  std::string path_;
  core::Descriptor file_;
  std::vector<std::byte> ahead_;  // what lies behind first_
  std::int64_t first_ = 0, end_of_last_ = 0;
};

// The header of one file that is neither compressed nor a table, held against its size.
std::optional<Header> header_of_file(const std::vector<Spec>& specs) {
  std::error_code ignored;
  const Spec& first = specs[0];
  if (specs.size() > 1 || first.path == kStandardInput || std::filesystem::is_directory(first.path, ignored))
    return std::nullopt;
  const DataFile opened = open_data_file(first);
  if (opened.kind != DataFile::Kind::packed || opened.compressed) return std::nullopt;
  return map_values(opened, first.text).header;
}

std::unique_ptr<ValueStream> read_fortran(const Header& header, const std::string& path) {
  const auto fetch = [file = std::make_shared<AnyPart>(path), first = header.offset](
                         std::int64_t offset, std::span<std::byte> out) { file->read(first + offset, out); };
  return std::make_unique<FortranStream>(header, describe(header), fetch);
}

std::unique_ptr<ValueStream> load_fortran(std::unique_ptr<ValueStream> stream,
                                          const std::vector<Spec>& specs) {
  const auto open = [&] { return stream ? std::move(stream) : open_stream(specs); };
  const Loaded values = data::load(open, stored_bytes(specs), name_of(specs));
  const auto fetch = [values](std::int64_t offset, std::span<std::byte> out) {
    std::memcpy(out.data(), values.values + offset, out.size());
  };
  return std::make_unique<FortranStream>(values.header, values.description, fetch);
}

// Whether the files are large enough for what a reader takes for one row.
bool vouch_for_a_row(const std::vector<Spec>& specs, const Header& header) {
  constexpr std::int64_t kMore =
      16;  // bytes for each value besides itself: as a float, in records of its column
  const std::int64_t bytes = header.columns() * (size_of(header.type) + kMore);
  require_memory(bytes, name_of(specs));
  return vouches_for(stored_bytes(specs), bytes);
}

OpenedRows open_in_c_order(const std::vector<Spec>& specs, Missing missing) {
  const std::optional<Header> header = header_of_file(specs);
  if (header && header->layout == Layout::fortran)
    return {read_fortran(*header, specs[0].path), Layout::fortran};
  std::unique_ptr<ValueStream> stream = open_stream(specs, missing);
  if (stream->header().layout == Layout::c) return {std::move(stream)};
  return {load_fortran(std::move(stream), specs), Layout::fortran};
}

}  // namespace

OpenedRows open_rows(const std::string& spec, Missing missing) {
  if (is_builtin(spec)) return {std::make_unique<PictureStream>(Dataset::open(spec))};
  const std::vector<Spec> specs = specs_of(spec);
  OpenedRows rows = open_in_c_order(specs, missing);
  if (vouch_for_a_row(specs, rows.values->header())) return rows;
  rows.values->check();
  return open_in_c_order(specs, missing);
}

}  // namespace cuvae::data
