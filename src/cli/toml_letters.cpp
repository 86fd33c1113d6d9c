#include "src/cli/toml_letters.hpp"

#include <cstdint>
#include <optional>

namespace cuvae::cli {
namespace {

constexpr std::uint32_t kPlane15 = 0xF0000;

struct Letter {
  std::uint32_t code;
  std::size_t bytes;
};

// The letter of two to four bytes that the text begins with; empty for ASCII and for what is not UTF-8.
std::optional<Letter> letter_at(std::string_view text) {
  const auto byte = [&](std::size_t i) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i]));
  };
  const std::uint32_t lead = byte(0);
  const std::size_t bytes = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
  if (bytes == 1 || bytes > text.size()) return std::nullopt;
  std::uint32_t code = lead & (0x7Fu >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) {
    if (byte(i) >> 6 != 0b10) return std::nullopt;
    code = code << 6 | (byte(i) & 0x3F);
  }
  constexpr std::uint32_t kLeast[] = {0x80, 0x800, 0x10000};  // else fewer bytes would do
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  if (code < kLeast[bytes - 2] || code > 0x10FFFF || surrogate) return std::nullopt;
  return Letter{code, bytes};
}

void append_letter(std::string& out, std::uint32_t code) {
  const auto rest = [&](int shift) { return static_cast<char>(0x80 | (code >> shift & 0x3F)); };
  if (code >= 0x10000) {
    out += {static_cast<char>(0xF0 | code >> 18), rest(12), rest(6), rest(0)};
  } else if (code >= 0x800) {
    out += {static_cast<char>(0xE0 | code >> 12), rest(6), rest(0)};
  } else {
    out += {static_cast<char>(0xC0 | code >> 6), rest(0)};
  }
}

std::string replaced(std::string_view text, const auto& replace) {
  std::string out;
  while (!text.empty()) {
    const std::optional<Letter> letter = letter_at(text);
    const std::size_t bytes = letter ? letter->bytes : 1;
    if (letter) {
      append_letter(out, replace(letter->code));
    } else {
      out += text.front();
    }
    text.remove_prefix(bytes);
  }
  return out;
}

}  // namespace

std::string disguised(std::string_view text) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  const std::string_view front = text.substr(0, text.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0);
  return std::string(front) + replaced(text.substr(front.size()), [](std::uint32_t code) {
           return code < 0x10000 ? code + kPlane15 : code;
         });
}

std::string undisguised(std::string_view text) {
  return replaced(text, [](std::uint32_t code) {
    return code >= kPlane15 + 0x80 && code < kPlane15 + 0x10000 ? code - kPlane15 : code;
  });
}

}  // namespace cuvae::cli
