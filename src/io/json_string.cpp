#include "src/io/json_string.hpp"

#include <algorithm>

namespace cuvae::io {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

// The first bytes of a sequence: how long it is, and what its second byte may be. Well-formed UTF-8 as in
// table 3-7 of the Unicode Standard: no overlong forms, no surrogates, nothing above U+10FFFF.
struct Lead {
  unsigned first, last;      // of the first byte
  std::size_t length;        // of the sequence
  unsigned lowest, highest;  // of the second byte; those after it are 80 to BF
};
constexpr Lead kLeads[] = {
    {0xC2, 0xDF, 2, 0x80, 0xBF}, {0xE0, 0xE0, 3, 0xA0, 0xBF}, {0xE1, 0xEC, 3, 0x80, 0xBF},
    {0xED, 0xED, 3, 0x80, 0x9F}, {0xEE, 0xEF, 3, 0x80, 0xBF}, {0xF0, 0xF0, 4, 0x90, 0xBF},
    {0xF1, 0xF3, 4, 0x80, 0xBF}, {0xF4, 0xF4, 4, 0x80, 0x8F},
};

bool within(char c, unsigned lowest, unsigned highest) {
  const unsigned byte = static_cast<unsigned char>(c);
  return lowest <= byte && byte <= highest;
}

// The bytes of the multi-byte sequence `text` starts with; 0 where it starts with none.
std::size_t sequence_length(std::string_view text) {
  for (const Lead& lead : kLeads) {
    if (!within(text[0], lead.first, lead.last)) continue;
    if (text.size() < lead.length || !within(text[1], lead.lowest, lead.highest)) return 0;
    const std::string_view rest = text.substr(2, lead.length - 2);
    const bool whole = std::all_of(rest.begin(), rest.end(), [](char c) { return within(c, 0x80, 0xBF); });
    return whole ? lead.length : 0;
  }
  return 0;
}

void append_ascii(std::string& out, char c) {
  constexpr std::string_view kHex = "0123456789abcdef";
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      break;
  }
  const auto code = static_cast<unsigned char>(c);
  if (code >= 0x20 && code != 0x7F) {
    out += c;
  } else {
    out.append("\\u00").append(1, kHex[code >> 4]).append(1, kHex[code & 15]);
  }
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    if (within(text[0], 0, 0x7F)) {
      append_ascii(out, text[0]);
      text.remove_prefix(1);
    } else if (const std::size_t length = sequence_length(text); length > 0) {
      out += text.substr(0, length);
      text.remove_prefix(length);
    } else {
      out += kReplacement;
      text.remove_prefix(1);
    }
  }
  out += '"';
}

}  // namespace cuvae::io
