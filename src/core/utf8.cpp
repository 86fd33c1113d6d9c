#include "src/core/utf8.hpp"

#include <iconv.h>

#include <array>
#include <cerrno>
#include <new>

namespace cuvae::core {

bool is_utf8(std::string_view text) {
  const iconv_t letters = iconv_open("UCS-4", "UTF-8");
  if (letters == reinterpret_cast<iconv_t>(-1)) throw std::bad_alloc();
  auto* from = const_cast<char*>(text.data());  // which it only reads
  std::size_t left = text.size();
  bool sound = true;
  while (sound && left > 0) {
    std::array<char, 256> out;
    char* to = out.data();
    std::size_t room = out.size();
    sound = iconv(letters, &from, &left, &to, &room) != static_cast<std::size_t>(-1) || errno == E2BIG;
  }
  iconv_close(letters);
  return sound;
}

}  // namespace cuvae::core
