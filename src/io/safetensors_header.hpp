// The header of a safetensors file: where each tensor lies and what it looks like.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "src/io/dtype.hpp"

namespace cuvae::io {

inline constexpr std::size_t kLongestHeader =
    100'000'000;  // bytes; the limit of the reference implementation
inline constexpr const char* kMetadataKey = "__metadata__";

struct StoredTensor {
  const DTypeInfo* dtype = nullptr;
  std::vector<std::int64_t> shape;
  std::uint64_t begin = 0, end = 0;  // bytes, from the start of the data
};

struct SafetensorsHeader {
  std::map<std::string, std::string> metadata;
  std::map<std::string, StoredTensor, std::less<>> tensors;
  std::size_t data_offset = 0;  // of the data, from the start of the file
};

// Reads and checks the header of a whole file. What is returned can be trusted: the tensors fill the data
// without holes or overlap, each with the size of its shape, and no byte is another than when the file was
// sealed (src/io/safetensors_checksum.hpp). The metadata are those of the caller who wrote it. Throws
// Error(data), naming `path`.
[[nodiscard]] SafetensorsHeader read_header(std::span<const std::byte> file,
                                            const std::filesystem::path& path);

// "The file is damaged ...": throws Error(data).
[[noreturn]] void refuse_damaged(const std::filesystem::path& path, std::string_view what);

}  // namespace cuvae::io
