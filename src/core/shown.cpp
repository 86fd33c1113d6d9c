#include "src/core/shown.hpp"

#include <algorithm>

namespace cuvae::core {

std::string shown(std::string_view text, std::size_t longest) {
  std::string out(text.substr(0, longest));
  std::ranges::replace_if(
      out, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }, '?');
  return text.size() > longest ? out + "..." : out;
}

}  // namespace cuvae::core
