// A PNG as its pixels.
#pragma once

#include <gtest/gtest.h>
#include <png.h>

#include <array>
#include <cstdint>
#include <filesystem>
#include <vector>

namespace cuvae::test {

struct Picture {
  int width = 0, height = 0, channels = 0;
  std::vector<std::uint8_t> pixels;
  // The grey, or the red.
  [[nodiscard]] int at(int x, int y) const { return channel(x, y, 0); }
  [[nodiscard]] std::array<int, 3> rgb(int x, int y) const {
    return {channel(x, y, 0), channel(x, y, 1), channel(x, y, 2)};
  }

 private:
  [[nodiscard]] int channel(int x, int y, int i) const {
    return pixels.at(static_cast<std::size_t>((y * width + x) * channels + i));
  }
};

// 8 bits in this format and no other, as they are in the file.
inline Picture read_png(const std::filesystem::path& path, int format) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  EXPECT_NE(png_image_begin_read_from_file(&image, path.c_str()), 0) << image.message;
  EXPECT_EQ(image.format, static_cast<png_uint_32>(format));
  Picture picture{static_cast<int>(image.width),
                  static_cast<int>(image.height),
                  static_cast<int>(PNG_IMAGE_PIXEL_CHANNELS(image.format)),
                  {}};
  picture.pixels.resize(PNG_IMAGE_SIZE(image));
  EXPECT_NE(png_image_finish_read(&image, nullptr, picture.pixels.data(), 0, nullptr), 0) << image.message;
  return picture;
}

}  // namespace cuvae::test
