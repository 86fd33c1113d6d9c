#pragma once

#include <zip.h>

#include <cstdint>
#include <limits>
#include <memory>

#include "src/core/mapped_file.hpp"

namespace cuvae::data {

// A mapped file, as libzip reads it; what has been read takes no memory any more.
class ZipBytes {
 public:
  explicit ZipBytes(std::shared_ptr<const core::MappedFile> file) : file_(std::move(file)) {}
  ZipBytes(const ZipBytes&) = delete;
  ZipBytes& operator=(const ZipBytes&) = delete;

  // Belongs to the caller, and to libzip once an archive is opened from it. It must not outlive this.
  [[nodiscard]] zip_source_t* source(zip_error_t* error) {
    return zip_source_function_create(&answer, this, error);
  }

  // From now on libzip may read so many bytes; more is an error. What it keeps of a directory in memory is a
  // small multiple of what it reads.
  void allow(std::uint64_t bytes) { allowed_ = bytes; }
  void allow_all() { allowed_ = std::numeric_limits<std::uint64_t>::max(); }
  [[nodiscard]] bool was_denied() const { return denied_; }

  [[nodiscard]] std::uint64_t size() const { return file_->bytes().size(); }

 private:
  static zip_int64_t answer(void* self, void* data, zip_uint64_t size, zip_source_cmd_t command);
  zip_int64_t read(void* to, std::uint64_t size);
  zip_int64_t seek(void* data, std::uint64_t size);

  std::shared_ptr<const core::MappedFile> file_;
  std::uint64_t at_ = 0, allowed_ = 0;
  bool denied_ = false;
  zip_error_t error_{};
};

}  // namespace cuvae::data
