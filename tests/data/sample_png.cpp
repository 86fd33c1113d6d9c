#include "data/sample_png.hpp"

#include <zlib.h>

#include <stdexcept>

namespace cuvae::test {
namespace {

std::string big_endian(std::uint32_t number) {
  std::string bytes;
  for (const int shift : {24, 16, 8, 0}) bytes += static_cast<char>(number >> shift);
  return bytes;
}

std::string filtered(std::string_view rows, std::size_t height) {
  const std::size_t row_bytes = rows.size() / height;
  std::string lines;
  for (std::size_t row = 0; row < height; ++row)
    lines.append(1, '\0').append(rows.substr(row * row_bytes, row_bytes));
  return lines;
}

std::string in_seven_passes(const PngSample& picture) {
  struct Pass {
    std::uint32_t x, y, step_x, step_y;
  };
  constexpr Pass kPasses[] = {{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4},
                              {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}};
  std::string lines;
  for (const Pass& pass : kPasses) {
    if (pass.x >= picture.width) continue;
    for (std::uint32_t y = pass.y; y < picture.height; y += pass.step_y) {
      lines += '\0';
      for (std::uint32_t x = pass.x; x < picture.width; x += pass.step_x)
        lines += picture.rows[y * picture.width + x];
    }
  }
  return lines;
}

}  // namespace

std::string png_chunk(std::string_view type, std::string_view data) {
  std::string body(type);
  body += data;
  const auto crc = crc32(0, reinterpret_cast<const Bytef*>(body.data()), static_cast<uInt>(body.size()));
  return big_endian(static_cast<std::uint32_t>(data.size())) + body +
         big_endian(static_cast<std::uint32_t>(crc));
}

std::string zlib_of(std::string_view content) {
  uLongf size = compressBound(content.size());
  std::string out(size, '\0');
  const int status = compress2(reinterpret_cast<Bytef*>(out.data()), &size,
                               reinterpret_cast<const Bytef*>(content.data()), content.size(), 9);
  if (status != Z_OK) throw std::runtime_error("zlib");
  out.resize(size);
  return out;
}

std::string png_of(const PngSample& picture) {
  const std::string settings{static_cast<char>(picture.depth), static_cast<char>(picture.colour), '\0', '\0',
                             static_cast<char>(picture.passes)};
  const std::string lines =
      picture.passes == PngPasses::adam7 ? in_seven_passes(picture) : filtered(picture.rows, picture.height);
  return "\x89PNG\r\n\x1a\n" +
         png_chunk("IHDR", big_endian(picture.width) + big_endian(picture.height) + settings) +
         picture.before + png_chunk("IDAT", zlib_of(lines)) + png_chunk("IEND", "");
}

std::string ramp(std::size_t count, int first) {
  std::string bytes;
  for (std::size_t i = 0; i < count; ++i) bytes += static_cast<char>(first + static_cast<int>(i));
  return bytes;
}

}  // namespace cuvae::test
