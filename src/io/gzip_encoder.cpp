#include "src/io/gzip_encoder.hpp"

#include <array>
#include <new>

namespace cuvae::io {
namespace {

constexpr int kGzip = 16 + MAX_WBITS;
constexpr int kMemory = 8;  // zlib's default

}  // namespace

GzipEncoder::GzipEncoder() {
  const int result =
      deflateInit2(&stream_, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kGzip, kMemory, Z_DEFAULT_STRATEGY);
  if (result != Z_OK) throw std::bad_alloc();  // the only way it fails for these arguments
}

GzipEncoder::~GzipEncoder() { deflateEnd(&stream_); }

void GzipEncoder::write(std::string_view text, AtomicFile& to) { deflate(text, Z_NO_FLUSH, to); }

void GzipEncoder::finish(AtomicFile& to) { deflate({}, Z_FINISH, to); }

void GzipEncoder::deflate(std::string_view text, int flush, AtomicFile& to) {
  std::array<Bytef, 1 << 16> buffer;
  stream_.next_in = reinterpret_cast<z_const Bytef*>(const_cast<char*>(text.data()));
  stream_.avail_in = static_cast<uInt>(text.size());
  do {
    stream_.next_out = buffer.data();
    stream_.avail_out = buffer.size();
    ::deflate(&stream_, flush);
    to.write(std::as_bytes(std::span(buffer).first(buffer.size() - stream_.avail_out)));
  } while (stream_.avail_out == 0);
}

}  // namespace cuvae::io
