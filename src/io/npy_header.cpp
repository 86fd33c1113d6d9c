#include "src/io/npy_header.hpp"

#include <algorithm>
#include <limits>

#include "src/core/check.hpp"

namespace cuvae::io {
namespace {

constexpr std::size_t kPreambleBytes = 10;  // magic, version, length of the dict
constexpr std::size_t kAlignment = 64;      // of the values

std::string_view descr_of(core::ElementType type) {
  constexpr std::string_view kNames[] = {"|u1", "|i1", "<u2", "<i2", "<u4", "<i4",
                                         "<u8", "<i8", "<f4", "<f8", "|b1"};
  return kNames[static_cast<std::size_t>(type)];
}

std::string dict_of(const ArrayLayout& layout) {
  return "{'descr': '" + std::string(descr_of(layout.type)) +
         "', 'fortran_order': False, 'shape': " + npy_shape(layout.shape) + ", }";
}

std::size_t header_bytes(const std::string& dict) {
  const std::size_t used = kPreambleBytes + dict.size() + 1;
  return (used + kAlignment - 1) / kAlignment * kAlignment;
}

}  // namespace

std::string npy_header(const ArrayLayout& layout) {
  if (layout.shape.empty() || layout.shape[0] != kRowsToCome)
    return npy_header(layout, header_bytes(dict_of(layout)));
  ArrayLayout none = layout, most = layout;
  none.shape[0] = 0;
  most.shape[0] = std::numeric_limits<std::int64_t>::max();
  return npy_header(none, header_bytes(dict_of(most)));
}

std::string npy_header(const ArrayLayout& layout, std::size_t bytes) {
  std::string dict = dict_of(layout);
  dict.resize(bytes - kPreambleBytes - 1, ' ');
  dict += '\n';
  std::string header("\x93NUMPY\x01\x00", 8);
  header += static_cast<char>(dict.size() & 0xFF);
  header += static_cast<char>(dict.size() >> 8 & 0xFF);
  return header + dict;
}

std::string npy_shape(std::span<const std::int64_t> shape) {
  std::string text;
  for (const std::int64_t size : shape) text.append(text.empty() ? "" : ", ").append(std::to_string(size));
  return '(' + text + (shape.size() == 1 ? ",)" : ")");
}

}  // namespace cuvae::io
