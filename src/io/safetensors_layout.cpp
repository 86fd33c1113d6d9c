#include "src/io/safetensors_layout.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <tuple>
#include <utility>

#include "src/io/file_error.hpp"

namespace cuvae::io {
namespace {

using Entry = std::pair<const std::string, StoredTensor>;

std::string range_text(const StoredTensor& tensor) {
  return "bytes " + std::to_string(tensor.begin) + " to " + std::to_string(tensor.end);
}

std::string shape_text(std::span<const std::int64_t> shape) {
  std::string text;
  for (const std::int64_t size : shape) text.append(text.empty() ? "" : ", ").append(std::to_string(size));
  constexpr std::size_t kLongest = 60;
  if (text.size() > kLongest) text.replace(kLongest, std::string::npos, "...");
  return '[' + text + ']';
}

void require_own_size(const Entry& entry, const std::filesystem::path& path) {
  const auto& [name, tensor] = entry;
  const std::string what = "tensor " + in_quotes(name) + ": ";
  const std::string form = std::string(tensor.dtype->name) + " " + shape_text(tensor.shape);
  if (tensor.end < tensor.begin) refuse_damaged(path, what + "its place is " + range_text(tensor));
  const auto size = byte_size(*tensor.dtype, tensor.shape);
  if (!size) refuse_damaged(path, what + "no file can hold " + form);
  if (*size != tensor.end - tensor.begin) {
    refuse_damaged(
        path, what + form + " takes " + std::to_string(*size) + " bytes, its place is " + range_text(tensor));
  }
}

}  // namespace

std::optional<std::uint64_t> byte_size(const DTypeInfo& dtype, std::span<const std::int64_t> shape) {
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  // A zero does not excuse the others: whoever multiplies them in another order must not overflow either.
  std::int64_t bits = dtype.bits;
  for (const std::int64_t size : shape) {
    if (size < 0 || (size > 0 && bits > kMost / size)) return std::nullopt;
    if (size > 0) bits *= size;
  }
  if (std::find(shape.begin(), shape.end(), 0) != shape.end()) return 0;
  return bits % 8 == 0 ? std::optional(static_cast<std::uint64_t>(bits / 8)) : std::nullopt;
}

void require_sound_layout(const SafetensorsHeader& header, std::uint64_t data_size,
                          const std::filesystem::path& path) {
  std::vector<const Entry*> entries;
  for (const Entry& entry : header.tensors) {
    require_own_size(entry, path);
    entries.push_back(&entry);
  }
  std::sort(entries.begin(), entries.end(), [](const Entry* a, const Entry* b) {
    return std::tie(a->second.begin, a->second.end) < std::tie(b->second.begin, b->second.end);
  });
  std::uint64_t end = 0;
  for (const Entry* entry : entries) {
    const auto& [name, tensor] = *entry;
    if (tensor.begin != end) {
      refuse_damaged(path,
                     "tensor " + in_quotes(name) + ": its place is " + range_text(tensor) +
                         (tensor.begin < end ? ", overlapping one that ends at " : ", after a hole from ") +
                         std::to_string(end));
    }
    end = tensor.end;
  }
  if (end != data_size) {
    refuse_damaged(path, "its tensors take " + std::to_string(end) + " bytes of data, and it has " +
                             std::to_string(data_size));
  }
}

}  // namespace cuvae::io
