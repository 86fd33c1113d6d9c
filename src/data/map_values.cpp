#include "src/data/map_values.hpp"

#include <algorithm>

#include "src/core/read_error.hpp"
#include "src/data/packed_stream.hpp"

namespace cuvae::data {

Loaded map_values(const DataFile& opened, const std::string& source) {
  const std::span<const std::byte> bytes = opened.file->bytes();
  Header header = read_header(bytes.first(std::min(bytes.size(), kHeaderBytes)), source);
  const auto actual = static_cast<std::int64_t>(bytes.size());
  const std::int64_t declared = header.offset + header.payload();
  if (actual != declared)
    core::refuse(source,
                 std::string(actual < declared ? "it is truncated: " : "it is too long: ") + promise(header) +
                     ", but the file has " + std::to_string(actual),
                 "Write or download the file again.");
  const std::byte* values = bytes.data() + header.offset;
  const std::string text = describe(header) + ", memory-mapped";
  return {std::move(header), opened.file, values, text};
}

}  // namespace cuvae::data
