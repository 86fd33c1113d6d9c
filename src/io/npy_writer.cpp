#include "src/io/npy_writer.hpp"

#include <bit>
#include <string>

#include "src/core/check.hpp"
#include "src/io/atomic_file.hpp"

namespace cuvae::io {
namespace {

static_assert(std::endian::native == std::endian::little, "'<f4': values are written as they lie in memory");

constexpr std::size_t kPreambleBytes = 10;  // magic, version, length of the dict
constexpr std::size_t kAlignment = 64;      // of the values

bool fits(std::span<const std::int64_t> shape, std::int64_t count) {
  std::int64_t left = count;  // divided, not multiplied: nothing overflows
  for (const std::int64_t size : shape) {
    if (size <= 0) return size == 0 && count == 0;
    if (left % size != 0) return false;
    left /= size;
  }
  return left == 1;
}

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

}  // namespace

void write_npy(const std::filesystem::path& path, std::span<const float> values,
               std::span<const std::int64_t> shape) {
  CUVAE_REQUIRE(fits(shape, std::ssize(values)),
                "the shape " + tuple_text(shape) + " does not fit the values");
  CUVAE_REQUIRE(shape.size() <= 64, "an array of NumPy has at most 64 dimensions");
  AtomicFile file(path);
  file.write(header_text(shape));
  file.write(std::as_bytes(values));
  file.commit();
}

}  // namespace cuvae::io
