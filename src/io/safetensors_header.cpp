#include "src/io/safetensors_header.hpp"

#include "src/core/read_error.hpp"
#include "src/io/file_error.hpp"
#include "src/io/safetensors_checksum.hpp"
#include "src/io/safetensors_layout.hpp"
#include "src/io/safetensors_table.hpp"

namespace cuvae::io {
namespace {

constexpr std::size_t kLengthBytes = 8;

std::uint64_t little_endian(std::span<const std::byte> bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = bytes.size(); i-- > 0;) value = value << 8 | std::to_integer<std::uint64_t>(bytes[i]);
  return value;
}

}  // namespace

SafetensorsHeader read_header(std::span<const std::byte> file, const std::filesystem::path& path) {
  if (file.empty()) refuse_damaged(path, "it is empty");
  if (file.size() < kLengthBytes) refuse_damaged(path, "it ends within the length of its header");
  const std::uint64_t length = little_endian(file.first(kLengthBytes));
  const std::string declared = "it declares a header of " + std::to_string(length) + " bytes, ";
  if (length > kLongestHeader)
    refuse_damaged(path, "its first 8 bytes declare a header of " + std::to_string(length) +
                             " bytes, over the limit of 100,000,000");
  const auto rest = file.subspan(kLengthBytes);
  if (length > rest.size()) refuse_damaged(path, declared + "and has only " + std::to_string(rest.size()));
  const std::string_view json(reinterpret_cast<const char*>(rest.data()), length);
  if (!json.starts_with('{')) refuse_damaged(path, "its header does not start with '{'");

  SafetensorsHeader header = read_table(json, path);
  header.data_offset = kLengthBytes + length;
  require_sound_layout(header, rest.size() - length, path);
  require_checksum(file, header, path);
  for (const char* key : {kFormatKey, kChecksumKey}) header.metadata.erase(key);
  return header;
}

void refuse_damaged(const std::filesystem::path& path, std::string_view what) {
  core::refuse(path.string(), what,
               "The file is damaged or not safetensors; take another copy or an earlier checkpoint.");
}

}  // namespace cuvae::io
