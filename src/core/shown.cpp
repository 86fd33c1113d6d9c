#include "src/core/shown.hpp"

#include <algorithm>

#include "src/core/utf8.hpp"

namespace cuvae::core {
namespace {

// At most `longest`, and not inside a letter of several bytes.
std::size_t end_of_letter(std::string_view text, std::size_t longest) {
  if (text.size() <= longest) return text.size();
  std::size_t end = longest;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return end;
}

}  // namespace

std::string shown(std::string_view text, std::size_t longest) {
  std::string out(text.substr(0, end_of_letter(text, longest)));
  if (!is_utf8(out))
    std::ranges::replace_if(
        out, [](char c) { return static_cast<unsigned char>(c) > 0x7f; }, '?');
  std::ranges::replace_if(
      out, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }, '?');
  return text.size() > longest ? out + "..." : out;
}

}  // namespace cuvae::core
