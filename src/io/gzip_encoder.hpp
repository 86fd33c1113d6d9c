#pragma once

#include <zlib.h>

#include <cstddef>
#include <span>

#include "src/io/atomic_file.hpp"

namespace cuvae::io {

// Deflates what goes into a file, as gzip does. The same bytes give the same file: no time is kept.
class GzipEncoder {
 public:
  GzipEncoder();
  GzipEncoder(const GzipEncoder&) = delete;
  GzipEncoder& operator=(const GzipEncoder&) = delete;
  ~GzipEncoder();

  void write(std::string_view text, AtomicFile& to);
  void finish(AtomicFile& to);  // once, after the last write()

 private:
  void deflate(std::string_view text, int flush, AtomicFile& to);

  z_stream stream_{};
};

}  // namespace cuvae::io
