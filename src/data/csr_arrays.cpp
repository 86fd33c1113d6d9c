#include "src/data/csr_arrays.hpp"

#include <cstring>

#include "src/core/read_error.hpp"

namespace cuvae::data {
namespace {

constexpr std::size_t kBlockValues = 8192;

void require_one_dimension(const Header& header, const std::string& source) {
  if (header.shape.size() != 1)
    core::refuse(source, "its shape is " + shape_text(header) + ", in a CSR matrix it has one dimension",
                 kMatrixAgain);
}

std::vector<std::byte> next_block(ValueStream& values) {
  std::vector<std::byte> bytes(kBlockValues * static_cast<std::size_t>(size_of(values.header().type)));
  bytes.resize(values.read(bytes));
  return bytes;
}

std::int64_t integer_at(const std::byte* at, const Header& header) {
  const bool swapped = header.order == ByteOrder::swapped;
  if (header.type == ElementType::i32) {
    std::uint32_t bits;
    std::memcpy(&bits, at, sizeof bits);
    return static_cast<std::int32_t>(swapped ? __builtin_bswap32(bits) : bits);
  }
  std::uint64_t bits;
  std::memcpy(&bits, at, sizeof bits);
  return static_cast<std::int64_t>(swapped ? __builtin_bswap64(bits) : bits);
}

}  // namespace

IndexArray::IndexArray(std::unique_ptr<ValueStream> values, const std::string& source)
    : values_(std::move(values)) {
  const Header& header = values_->header();
  require_one_dimension(header, source);
  if (header.type != ElementType::i32 && header.type != ElementType::i64)
    core::refuse(source, "its values are of type " + std::string(name_of(header.type)) + ", not i32 or i64",
                 kMatrixAgain);
}

void IndexArray::refill() {
  const std::vector<std::byte> bytes = next_block(*values_);
  const auto size = static_cast<std::size_t>(size_of(values_->header().type));
  block_.resize(bytes.size() / size);
  for (std::size_t i = 0; i < block_.size(); ++i)
    block_[i] = integer_at(bytes.data() + i * size, values_->header());
  at_ = 0;
}

NumberArray::NumberArray(std::unique_ptr<ValueStream> values, const std::string& source)
    : values_(std::move(values)) {
  require_one_dimension(values_->header(), source);
}

void NumberArray::refill() {
  const std::vector<std::byte> bytes = next_block(*values_);
  const Header& header = values_->header();
  const std::int64_t size = size_of(header.type), count = std::ssize(bytes) / size;
  block_.resize(static_cast<std::size_t>(count));
  convert({bytes.data(), size, count, header.type, header.order}, 1.0f, block_.data());
  at_ = 0;
}

}  // namespace cuvae::data
