#include "src/io/npy_writer.hpp"

#include <bit>
#include <string>

#include "src/core/check.hpp"

namespace cuvae::io {
namespace {

static_assert(std::endian::native == std::endian::little, "'<f4': values are written as they lie in memory");

constexpr std::size_t kPreambleBytes = 10;  // magic, version, length of the dict
constexpr std::size_t kAlignment = 64;      // of the values

// A Python tuple: "(2, 3)", "(2,)", "()".
std::string tuple_text(std::span<const std::int64_t> shape) {
  std::string text;
  for (const std::int64_t size : shape) text.append(text.empty() ? "" : ", ").append(std::to_string(size));
  return '(' + text + (shape.size() == 1 ? ",)" : ")");
}

std::string header_text(std::span<const std::int64_t> shape) {
  std::string dict = "{'descr': '<f4', 'fortran_order': False, 'shape': " + tuple_text(shape) + ", }";
  const std::size_t used = kPreambleBytes + dict.size() + 1;
  dict.append((kAlignment - used % kAlignment) % kAlignment, ' ').append("\n");
  std::string header("\x93NUMPY\x01\x00", 8);
  header += static_cast<char>(dict.size() & 0xFF);
  header += static_cast<char>(dict.size() >> 8 & 0xFF);
  return header + dict;
}

std::int64_t count_of(std::span<const std::int64_t> shape) {
  CUVAE_REQUIRE(shape.size() <= 64, "an array of NumPy has at most 64 dimensions");
  std::int64_t count = 1;
  for (const std::int64_t size : shape) {
    const bool fits = size >= 0 && !__builtin_mul_overflow(count, size, &count);
    CUVAE_REQUIRE(fits, "no array can have the shape " + tuple_text(shape));
  }
  return count;
}

}  // namespace

NpyWriter::NpyWriter(const std::filesystem::path& path, std::span<const std::int64_t> shape)
    : missing_(count_of(shape)), file_(path) {
  file_.write(header_text(shape));
}

void NpyWriter::append(std::span<const float> values) {
  CUVAE_REQUIRE(std::ssize(values) <= missing_, "more values than the shape has");
  missing_ -= std::ssize(values);
  file_.write(std::as_bytes(values));
}

void NpyWriter::commit() {
  CUVAE_REQUIRE(missing_ == 0, "fewer values than the shape has");
  file_.commit();
}

void write_npy(const std::filesystem::path& path, std::span<const float> values,
               std::span<const std::int64_t> shape) {
  NpyWriter file(path, shape);
  file.append(values);
  file.commit();
}

}  // namespace cuvae::io
