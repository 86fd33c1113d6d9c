#include "src/data/mapped_reader.hpp"

#include <algorithm>
#include <cstring>

namespace cuvae::data {
namespace {

constexpr std::size_t kPiece = std::size_t{1} << 20;

}  // namespace

std::size_t MappedReader::read(std::span<std::byte> out) {
  const std::span<const std::byte> rest = file_->bytes().subspan(at_);
  const std::size_t count = std::min(out.size(), rest.size());
  for (std::size_t done = 0; done < count;) {
    const std::size_t piece = std::min(kPiece, count - done);
    std::memcpy(out.data() + done, rest.data() + done, piece);
    done += piece;
    if (at_ + done < forgotten_ + kPiece) continue;
    file_->forget(forgotten_, at_ + done);
    forgotten_ = at_ + done;
  }
  at_ += count;
  return count;
}

}  // namespace cuvae::data
