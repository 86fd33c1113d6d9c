#include "src/io/safetensors_checksum.hpp"

#include <xxhash.h>

#include <string_view>

#include "src/core/check.hpp"
#include "src/core/read_error.hpp"
#include "src/io/safetensors.hpp"

namespace cuvae::io {
namespace {

constexpr const char* kFormat = "2";
constexpr std::string_view kNoDigits = "0000000000000000";

class Checksum {
 public:
  Checksum() { XXH3_64bits_reset(&state_); }
  void add(std::span<const std::byte> bytes) { XXH3_64bits_update(&state_, bytes.data(), bytes.size()); }
  void add(std::string_view text) { add(std::as_bytes(std::span(text))); }
  [[nodiscard]] std::string digits() const {
    const std::uint64_t digest = XXH3_64bits_digest(&state_);
    std::string digits;
    for (int shift = 60; shift >= 0; shift -= 4) digits += "0123456789abcdef"[digest >> shift & 0xF];
    return digits;
  }

 private:
  XXH3_state_t state_;
};

// Where the digits are; npos where they are not as seal() leaves them. In a valid header these quotes are a
// key's and a text's: inside a text they would be escaped.
std::size_t place_of_digits(std::string_view head) {
  const std::string before = '"' + std::string(kChecksumKey) + "\":\"";
  const std::size_t found = head.find(before);
  if (found == std::string_view::npos) return found;
  const std::size_t place = found + before.size();
  return head.substr(place).find('"') == kNoDigits.size() ? place : std::string_view::npos;
}

}  // namespace

void announce_checksum(std::map<std::string, std::string>& metadata) {
  metadata[kFormatKey] = kFormat;
  metadata[kChecksumKey] = kNoDigits;
}

void seal(std::string& head, std::span<const TensorView> tensors) {
  Checksum sum;
  sum.add(head);
  for (const TensorView& tensor : tensors) sum.add(tensor.data);
  const std::size_t place = place_of_digits(head);
  CUVAE_REQUIRE(place != std::string::npos, "a header without a place for its checksum");
  head.replace(place, kNoDigits.size(), sum.digits());
}

void require_checksum(std::span<const std::byte> file, const SafetensorsHeader& header,
                      const std::filesystem::path& path) {
  const bool announced = header.metadata.contains(kFormatKey);
  if (!announced && !header.metadata.contains(kChecksumKey)) return;
  const std::string_view head(reinterpret_cast<const char*>(file.data()), header.data_offset);
  const std::size_t place = place_of_digits(head);
  if (place == std::string_view::npos) refuse_damaged(path, "its checksum is gone");
  const std::size_t after = place + kNoDigits.size();
  Checksum sum;
  sum.add(head.substr(0, place));
  sum.add(kNoDigits);
  sum.add(file.subspan(after));
  if (head.substr(place, kNoDigits.size()) == sum.digits()) return;
  core::refuse(
      path.string(), "its checksum is not that of its bytes",
      "The file is damaged, or was changed by a program that kept cuvae.checksum and cuvae.format in its "
      "metadata; take another copy or an earlier checkpoint.");
}

}  // namespace cuvae::io
