#include "src/io/png_file.hpp"

#include <png.h>

#include <string>

#include "src/core/check.hpp"
#include "src/io/atomic_file.hpp"

namespace cuvae::io {

std::vector<std::byte> encode_png(const std::filesystem::path& path, std::span<const std::uint8_t> bytes,
                                  std::int64_t width, std::int64_t height, PngColour colour) {
  CUVAE_REQUIRE(std::ssize(bytes) == width * height * (colour == PngColour::rgb ? 3 : 1),
                "the bytes are not those of the picture");
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<png_uint_32>(width);
  image.height = static_cast<png_uint_32>(height);
  image.format = colour == PngColour::rgb ? PNG_FORMAT_RGB : PNG_FORMAT_GRAY;
  if (colour == PngColour::rgb) image.flags = PNG_IMAGE_FLAG_FAST;  // drawings are as small without filters
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
  std::vector<std::byte> encoded(size);
  if (png_image_write_to_memory(&image, encoded.data(), &size, 0, bytes.data(), 0, nullptr) == 0) {
    throw Error(Errc::io, "cannot write '" + path.string() + "': libpng: " + image.message);
  }
  encoded.resize(size);
  return encoded;
}

void write_png(const std::filesystem::path& path, std::span<const std::uint8_t> bytes, std::int64_t width,
               std::int64_t height, PngColour colour, const Pulse& pulse) {
  const std::vector<std::byte> encoded = encode_png(path, bytes, width, height, colour);
  if (pulse) pulse();
  AtomicFile file(path);
  file.write(encoded);
  file.commit();
}

}  // namespace cuvae::io
