// One PNG picture.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace cuvae::data {

struct PngHeader {
  std::int64_t width = 0, height = 0;
  std::int64_t channels = 1;  // of its pixels, of a byte each: 1 is grey, 3 is RGB

  [[nodiscard]] std::int64_t size() const { return width * height * channels; }
  [[nodiscard]] bool operator==(const PngHeader&) const = default;
};

// "28 wide, 20 high, grey"
[[nodiscard]] std::string describe(const PngHeader& header);

// Of a whole file. What it declares can be in it, and is at most 2^25 bytes. Throws Error(data) for what is
// no PNG, and for pictures with 16 bits to a channel or with transparency.
[[nodiscard]] PngHeader read_png_header(std::span<const std::byte> file, const std::string& source);

// All pixels of the file with this header, row by row from the top, as they are stored: no gamma, no colour
// profile. Shades of 1, 2 and 4 bits are spread over 0 to 255; a palette's colours are RGB. Throws
// Error(data) for any damage, and where something follows.
void read_png(std::span<const std::byte> file, const PngHeader& header, std::span<std::byte> pixels,
              const std::string& source);

}  // namespace cuvae::data
