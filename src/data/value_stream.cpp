#include "src/data/value_stream.hpp"

#include <vector>

namespace cuvae::data {

void ValueStream::check() {
  constexpr std::size_t kPiece = std::size_t{1} << 16;  // a multiple of every element's size
  std::vector<std::byte> piece(kPiece);
  while (read(piece) == kPiece) {
  }
}

}  // namespace cuvae::data
