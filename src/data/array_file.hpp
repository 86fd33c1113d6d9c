// A data file opened: its header and its values, in place where the file is not compressed.
#pragma once

#include <memory>

#include "src/data/header.hpp"

namespace cuvae::data {

enum class Storage : std::uint8_t { mapped, inflated };

struct ArrayFile {
  Header header;
  std::shared_ptr<const void> owner;  // of the values
  const std::byte* values = nullptr;
  Storage storage = Storage::mapped;
};

// IDX or NPY, by content; either may be gzipped. The file holds exactly what its header declares, and nothing
// is allocated before the declared size is held against the file's. Throws Error(data, out_of_memory).
[[nodiscard]] ArrayFile open_array_file(const std::string& path);

[[nodiscard]] std::string describe(const ArrayFile& file);  // "IDX, u8, memory-mapped"

}  // namespace cuvae::data
