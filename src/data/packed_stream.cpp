#include "src/data/packed_stream.hpp"

#include <algorithm>
#include <bit>

#include "src/core/read_error.hpp"

namespace cuvae::data {
namespace {

constexpr std::string_view kWriteAgain = "Write or download the file again.";

std::vector<std::byte> start_of(ByteReader& content) {
  std::vector<std::byte> start(kHeaderBytes);
  start.resize(content.read(start));
  return start;
}

}  // namespace

std::string promise(const Header& header) {
  return "its header declares " + shape_text(header) + " values of " + std::string(name_of(header.type)) +
         ", " + std::to_string(header.offset + header.payload()) + " bytes in all";
}

std::string describe(const Header& header) {
  std::string text = header.format == Format::idx ? "IDX, " : "NPY, ";
  text += name_of(header.type);
  if (header.order == ByteOrder::swapped)
    text += std::endian::native == std::endian::little ? ", big-endian" : ", little-endian";
  return header.layout == Layout::fortran ? text + ", Fortran order" : text;
}

PackedStream::PackedStream(std::unique_ptr<ByteReader> content, std::string source, std::string how)
    : content_(std::move(content)),
      source_(std::move(source)),
      how_(std::move(how)),
      start_(start_of(*content_)),
      header_(read_header(start_, source_)),
      taken_(static_cast<std::size_t>(header_.offset)),
      left_(header_.payload()) {
  if (header_.offset + left_ > content_->most())
    core::refuse(
        source_,
        "it is truncated: " + promise(header_) + ", but it has at most " + std::to_string(content_->most()),
        kWriteAgain);
}

std::size_t PackedStream::read(std::span<std::byte> out) {
  const std::size_t wanted =
      static_cast<std::size_t>(std::min<std::int64_t>(left_, static_cast<std::int64_t>(out.size())));
  const std::size_t begun = std::min(wanted, start_.size() - taken_);
  std::copy_n(start_.begin() + static_cast<std::ptrdiff_t>(taken_), begun, out.begin());
  taken_ += begun;
  const std::size_t count = begun + content_->read(out.subspan(begun, wanted - begun));
  left_ -= static_cast<std::int64_t>(count);
  if (count < wanted)
    core::refuse(source_,
                 "its content is truncated: " + promise(header_) + ", but it ends after " +
                     std::to_string(header_.offset + header_.payload() - left_),
                 kWriteAgain);
  if (left_ == 0) require_end();
  return count;
}

void PackedStream::require_end() {
  std::byte more{};
  if (start_.size() > taken_ || content_->read({&more, 1}) > 0)
    core::refuse(source_, "its content is too long: " + promise(header_) + ", but more follows", kWriteAgain);
}

std::string PackedStream::description() const {
  return describe(header_) + (how_.empty() ? "" : ", " + how_);
}

}  // namespace cuvae::data
