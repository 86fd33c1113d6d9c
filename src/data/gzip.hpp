#pragma once

#include <zlib.h>

#include <memory>
#include <string>

#include "src/core/mapped_file.hpp"
#include "src/data/byte_reader.hpp"

namespace cuvae::data {

[[nodiscard]] bool is_gzip(std::span<const std::byte> bytes) noexcept;

// The most that so many bytes can inflate to: deflate spends at least 2 bits on 258 bytes.
[[nodiscard]] std::int64_t most_inflated_bytes(std::size_t compressed) noexcept;

// Inflates a gzip file (one member or several) piece by piece, never more than is asked for.
// Throws Error(data), with the byte offset, where the file is damaged, cut off, or followed by something
// else.
class GzipReader final : public ByteReader {
 public:
  GzipReader(std::shared_ptr<const core::MappedFile> compressed, std::string source);
  ~GzipReader() override;

  [[nodiscard]] std::size_t read(std::span<std::byte> out) override;
  [[nodiscard]] std::int64_t most() const override { return most_inflated_bytes(bytes().size()); }

 private:
  [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return file_->bytes(); }
  void feed();
  void finish_member();
  [[nodiscard]] std::size_t position() const noexcept { return fed_ - stream_.avail_in; }
  [[noreturn]] void fail(const std::string& what) const;

  std::shared_ptr<const core::MappedFile> file_;
  std::string source_;
  std::size_t fed_ = 0;  // bytes that zlib has been given
  bool ended_ = false;
  z_stream stream_{};
};

}  // namespace cuvae::data
