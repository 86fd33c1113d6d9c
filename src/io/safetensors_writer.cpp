#include <bit>
#include <set>
#include <utility>

#include "src/core/check.hpp"
#include "src/io/atomic_file.hpp"
#include "src/io/json_line.hpp"
#include "src/io/safetensors.hpp"
#include "src/io/safetensors_checksum.hpp"
#include "src/io/safetensors_layout.hpp"
#include "src/io/safetensors_table.hpp"

namespace cuvae::io {
namespace {

static_assert(std::endian::native == std::endian::little, "values are written as they lie in memory");

void require_sound(std::span<const TensorView> tensors) {
  std::set<std::string_view> names{kMetadataKey};
  for (const TensorView& tensor : tensors) {
    CUVAE_REQUIRE(names.insert(tensor.name).second, "tensor '" + tensor.name + "' has a name that is taken");
    CUVAE_REQUIRE(byte_size(info(tensor.dtype), tensor.shape) == tensor.data.size(),
                  "the shape of tensor '" + tensor.name + "' does not fit its data");
  }
}

std::string header_text(std::span<const TensorView> tensors,
                        const std::map<std::string, std::string>& metadata) {
  JsonObject header, texts;
  for (const auto& [key, text] : metadata) texts.add(key, text);
  header.add(kMetadataKey, texts);
  std::int64_t end = 0;
  for (const TensorView& tensor : tensors) {
    const std::int64_t begin = std::exchange(end, end + std::ssize(tensor.data));
    const std::int64_t offsets[] = {begin, end};
    header.add(tensor.name, JsonObject()
                                .add("dtype", info(tensor.dtype).name)
                                .add("shape", std::span(tensor.shape))
                                .add("data_offsets", std::span(offsets)));
  }
  std::string text = header.str();
  text.resize((text.size() + 7) / 8 * 8, ' ');  // the data starts at a multiple of 8
  return text;
}

bool can_be_read(const std::string& header) {
  if (header.size() > kLongestHeader) return false;
  try {
    static_cast<void>(read_table(header, {}));
    return true;
  } catch (const Error&) {
    return false;
  }
}

std::string little_endian(std::uint64_t value) {
  std::string bytes;
  for (int shift = 0; shift < 64; shift += 8) bytes += static_cast<char>(value >> shift & 0xFF);
  return bytes;
}

}  // namespace

void write_safetensors(const std::filesystem::path& path, std::span<const TensorView> tensors,
                       std::map<std::string, std::string> metadata, const std::filesystem::path& previous) {
  require_sound(tensors);
  announce_checksum(metadata);
  const std::string header = header_text(tensors, metadata);
  CUVAE_REQUIRE(can_be_read(header), "so much metadata makes a header that no reader takes");
  std::string head = little_endian(header.size()) + header;
  seal(head, tensors);
  AtomicFile file(path);
  file.write(head);
  for (const TensorView& tensor : tensors) file.write(tensor.data);
  file.commit(previous);
}

}  // namespace cuvae::io
