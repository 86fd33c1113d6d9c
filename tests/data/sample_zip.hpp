// Zip archives, right and wrong, byte by byte.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cuvae::test {

struct ZipSample {
  std::string name, content;
  std::uint16_t method = 0;  // 8: the content is deflated
  std::uint16_t flags = 0;   // 1: said to be encrypted
  std::uint32_t mode = 0;    // of Unix: 0120777 is a symbolic link
  // What both headers declare, where it is not true.
  std::optional<std::uint32_t> size = {}, compressed = {}, crc = {};
};

[[nodiscard]] std::string zip_of(const std::vector<ZipSample>& members);

// A stream of deflate without any header.
[[nodiscard]] std::string deflated(std::string_view content);

// Little-endian.
[[nodiscard]] std::string u16(std::uint64_t value);
[[nodiscard]] std::string u32(std::uint64_t value);
[[nodiscard]] std::string u64(std::uint64_t value);

}  // namespace cuvae::test
