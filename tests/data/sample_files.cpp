#include "data/sample_files.hpp"

#include <zlib.h>

#include <stdexcept>

namespace cuvae::test {

std::string idx_header(std::uint8_t type, const std::vector<std::uint32_t>& shape) {
  std::string bytes{'\0', '\0', static_cast<char>(type), static_cast<char>(shape.size())};
  for (const std::uint32_t extent : shape) {
    for (const int shift : {24, 16, 8, 0}) bytes += static_cast<char>(extent >> shift);
  }
  return bytes;
}

std::string npy_header(std::string_view dict) {
  std::string bytes = "\x93NUMPY\x01";
  bytes += '\0';
  bytes += static_cast<char>(dict.size() & 0xFF);
  bytes += static_cast<char>(dict.size() >> 8);
  return bytes.append(dict);
}

std::string npy_header(std::string_view descr, std::string_view shape) {
  std::string dict = "{'descr': '";
  return npy_header(
      dict.append(descr).append("', 'fortran_order': False, 'shape': ").append(shape).append(", }\n"));
}

std::string gzip(std::string_view content) {
  z_stream stream{};
  if (deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    throw std::runtime_error("zlib");
  std::string out(deflateBound(&stream, content.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));
  stream.avail_in = static_cast<uInt>(content.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int status = deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  if (status != Z_STREAM_END) throw std::runtime_error("zlib");
  return out;
}

std::vector<float> row_of(const Dataset& data, std::int64_t row) {
  std::vector<float> values(static_cast<std::size_t>(data.cols()));
  data.read_row(row, values);
  return values;
}

void expect_refused(std::string_view name, std::string_view bytes, std::vector<std::string> parts) {
  const SampleFile file(name, bytes);
  parts.push_back(file.path());
  expect_error(Errc::data, parts, [&] { file.open().require_finite(); });
}

}  // namespace cuvae::test
