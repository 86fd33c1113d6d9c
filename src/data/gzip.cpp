#include "src/data/gzip.hpp"

#include <algorithm>
#include <new>

#include "src/core/read_error.hpp"

namespace cuvae::data {
namespace {

constexpr std::size_t kFed = std::size_t{1} << 20;       // compressed bytes in memory at a time
constexpr std::size_t kInflated = std::size_t{1} << 30;  // zlib counts in 32 bits
constexpr std::int64_t kMostRatio = 1032;
constexpr int kGzipOnly = 15 + 16;  // window bits, and no zlib or raw streams

}  // namespace

bool is_gzip(std::span<const std::byte> bytes) noexcept {
  return bytes.size() >= 2 && bytes[0] == std::byte{0x1f} && bytes[1] == std::byte{0x8b};
}

std::int64_t most_inflated_bytes(std::size_t compressed) noexcept {
  return kMostRatio * (static_cast<std::int64_t>(compressed) + 1);
}

GzipReader::GzipReader(std::shared_ptr<const core::MappedFile> compressed, std::string source)
    : file_(std::move(compressed)), source_(std::move(source)) {
  if (inflateInit2(&stream_, kGzipOnly) != Z_OK) throw std::bad_alloc();
}

GzipReader::~GzipReader() { inflateEnd(&stream_); }

std::size_t GzipReader::read(std::span<std::byte> out) {
  std::size_t filled = 0;
  while (filled < out.size() && !ended_) {
    feed();
    const auto room = static_cast<uInt>(std::min(out.size() - filled, kInflated));
    stream_.next_out = reinterpret_cast<Bytef*>(out.data() + filled);
    stream_.avail_out = room;
    const int status = inflate(&stream_, Z_NO_FLUSH);
    filled += room - stream_.avail_out;
    switch (status) {
      case Z_OK:
        break;
      case Z_STREAM_END:
        finish_member();
        break;
      case Z_BUF_ERROR:
        fail("the gzip data is cut off");  // no progress: nothing is left to feed
      case Z_MEM_ERROR:
        throw std::bad_alloc();
      default:
        fail("the gzip data is damaged (" + std::string(stream_.msg ? stream_.msg : "bad stream") + ")");
    }
  }
  return filled;
}

void GzipReader::feed() {
  if (stream_.avail_in > 0) return;
  file_->forget(fed_ - std::min(fed_, kFed), fed_);
  const std::size_t piece = std::min(bytes().size() - fed_, kFed);
  stream_.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(bytes().data() + fed_));
  stream_.avail_in = static_cast<uInt>(piece);
  fed_ += piece;
}

void GzipReader::finish_member() {
  const std::span<const std::byte> rest = bytes().subspan(position());
  if (rest.empty()) {
    ended_ = true;
  } else if (is_gzip(rest)) {
    inflateReset(&stream_);
  } else {
    fail("something that is not gzip follows the gzip data");
  }
}

void GzipReader::fail(const std::string& what) const {
  core::refuse(source_,
               what + " at byte " + std::to_string(position()) + " of " + std::to_string(bytes().size()),
               "Download or compress the file again.");
}

}  // namespace cuvae::data
