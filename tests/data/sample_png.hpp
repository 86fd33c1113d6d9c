// PNG pictures, right and wrong, byte by byte.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace cuvae::test {

enum class PngPasses : std::uint8_t { one = 0, adam7 = 1 };  // adam7: of 8 bits to a pixel only

struct PngSample {
  std::uint32_t width, height;
  std::string rows;  // as PNG packs them, side by side, without filters
  int depth = 8;
  int colour = 0;  // 0: grey, 2: RGB, 3: palette, 4: grey and alpha, 6: RGB and alpha
  PngPasses passes = PngPasses::one;
  std::string before = {};  // chunks before the pixels
};

[[nodiscard]] std::string png_of(const PngSample& picture);
[[nodiscard]] std::string png_chunk(std::string_view type, std::string_view data);
[[nodiscard]] std::string zlib_of(std::string_view content);

// `count` shades side by side.
[[nodiscard]] std::string ramp(std::size_t count, int first = 0);

}  // namespace cuvae::test
