#pragma once

#include <zlib.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace cuvae::data {

[[nodiscard]] bool is_gzip(std::span<const std::byte> bytes) noexcept;

// The most that so many bytes can inflate to: deflate spends at least 2 bits on 258 bytes.
[[nodiscard]] std::int64_t most_inflated_bytes(std::size_t compressed) noexcept;

// Inflates a gzip file (one member or several) piece by piece, never more than is asked for.
// Throws Error(data), with the byte offset, where the file is damaged, cut off, or followed by something
// else.
class GzipReader {
 public:
  GzipReader(std::span<const std::byte> compressed, std::string source);
  GzipReader(const GzipReader&) = delete;
  GzipReader& operator=(const GzipReader&) = delete;
  ~GzipReader();

  // Fills `out`, less only where the content ends; returns how much.
  [[nodiscard]] std::size_t read(std::span<std::byte> out);

 private:
  void feed();
  void finish_member();
  [[nodiscard]] std::size_t position() const noexcept { return fed_ - stream_.avail_in; }
  [[noreturn]] void fail(const std::string& what) const;

  std::span<const std::byte> compressed_;
  std::string source_;
  std::size_t fed_ = 0;  // bytes of compressed_ that zlib has been given
  bool ended_ = false;
  z_stream stream_{};
};

}  // namespace cuvae::data
