#include "src/data/png_reader.hpp"

#include <png.h>
#include <zlib.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "src/core/read_error.hpp"
#include "src/data/gzip.hpp"

namespace cuvae::data {
namespace {

constexpr std::string_view kPictureAgain = "Write or download the picture again.";
constexpr std::string_view kFlatten =
    "Make copies, in another folder: magick mogrify -path FOLDER -alpha off -depth 8 *.png";

constexpr std::string_view kSignature = "\x89PNG\r\n\x1a\n";
constexpr std::size_t kChunkFrame = 12;  // of a chunk: length, type, checksum
constexpr std::size_t kHeaderEnd = 33;   // of the signature and the first chunk, IHDR
constexpr std::int64_t kMostValues = 1 << 25;

std::uint32_t number_at(std::span<const std::byte> file, std::size_t at) {
  std::uint32_t number = 0;
  for (const std::byte byte : file.subspan(at, 4))
    number = number << 8 | std::to_integer<std::uint32_t>(byte);
  return number;
}

std::string_view text_at(std::span<const std::byte> file, std::size_t at, std::size_t size) {
  return {reinterpret_cast<const char*>(file.data()) + at, size};
}

std::uint32_t checksum(std::span<const std::byte> bytes) {
  return static_cast<std::uint32_t>(crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

// What IHDR may say: https://www.w3.org/TR/png-3/#11IHDR
struct ColourType {
  unsigned number;
  std::int64_t stored_channels;
  std::int64_t channels;  // as they are delivered; 0: with alpha
};
constexpr ColourType kColourTypes[] = {{0, 1, 1}, {2, 3, 3}, {3, 1, 3}, {4, 2, 0}, {6, 4, 0}};

[[noreturn]] void refuse_header(const std::string& source) {
  core::refuse(source, "its header (IHDR) is damaged", kPictureAgain);
}

const ColourType& colour_type(unsigned number, const std::string& source) {
  const auto* const found = std::ranges::find(kColourTypes, number, &ColourType::number);
  if (found == std::end(kColourTypes)) refuse_header(source);
  return *found;
}

// The chunks that make the pixels, and no other: what those say of gamma and colours changes no byte, and
// texts that inflate to more than any memory are not looked at.
std::vector<std::byte> pixel_chunks(std::span<const std::byte> file, const std::string& source) {
  std::vector<std::byte> kept(file.begin(), file.begin() + kSignature.size());
  kept.reserve(file.size());
  for (std::size_t at = kSignature.size();;) {
    const std::size_t left = file.size() - at;
    if (left < kChunkFrame || number_at(file, at) > left - kChunkFrame)
      core::refuse(source, "it is cut off: its last chunk begins at byte " + std::to_string(at),
                   kPictureAgain);
    const std::size_t size = kChunkFrame + number_at(file, at);
    const std::string_view type = text_at(file, at + 4, 4);
    if (type == "tRNS") core::refuse(source, "it has transparent pixels, which are not read", kFlatten);
    const bool is_needed = (static_cast<unsigned char>(type.front()) & 0x20) == 0;
    if (is_needed) {
      const std::span<const std::byte> chunk = file.subspan(at, size);
      if (checksum(chunk.subspan(4, size - 8)) != number_at(chunk, size - 4))
        core::refuse(source, "it is damaged in the chunk that begins at byte " + std::to_string(at),
                     kPictureAgain);
      kept.insert(kept.end(), chunk.begin(), chunk.end());
    }
    at += size;
    if (type != "IEND") continue;
    if (at != file.size())
      core::refuse(source, "something follows the picture, from byte " + std::to_string(at), kPictureAgain);
    return kept;
  }
}

}  // namespace

std::string describe(const PngHeader& header) {
  return std::to_string(header.width) + " wide, " + std::to_string(header.height) + " high, " +
         (header.channels == 1 ? "grey" : "RGB");
}

PngHeader read_png_header(std::span<const std::byte> file, const std::string& source) {
  if (file.size() < kSignature.size() || text_at(file, 0, kSignature.size()) != kSignature)
    core::refuse(source, "it is no PNG picture", "Convert it to PNG, or move it elsewhere.");
  if (file.size() < kHeaderEnd) core::refuse(source, "it is cut off within its header", kPictureAgain);
  const bool is_header = number_at(file, 8) == 13 && text_at(file, 12, 4) == "IHDR";
  if (!is_header || checksum(file.subspan(12, 17)) != number_at(file, 29)) refuse_header(source);
  const auto depth = std::to_integer<std::int64_t>(file[24]);
  const ColourType& type = colour_type(std::to_integer<unsigned>(file[25]), source);
  const PngHeader header{number_at(file, 16), number_at(file, 20), type.channels};
  if (depth == 16) core::refuse(source, "it has 16 bits to a channel, read are 8", kFlatten);
  if (type.channels == 0) core::refuse(source, "it has an alpha channel, which is not read", kFlatten);
  if (header.width == 0 || header.height == 0 || depth > 8) refuse_header(source);
  if (header.width > kMostValues / header.channels / header.height)
    core::refuse(source, "it is too large: " + describe(header) + ", and read are 2^25 values",
                 "Make smaller copies, in another folder: magick mogrify -path FOLDER -resize 256x256 *.png");
  if (header.width * header.height * type.stored_channels * depth / 8 > most_inflated_bytes(file.size()))
    core::refuse(source,
                 "it is truncated: it declares to be " + describe(header) + ", which is not in " +
                     std::to_string(file.size()) + " bytes",
                 kPictureAgain);
  return header;
}

void read_png(std::span<const std::byte> file, const PngHeader& header, std::span<std::byte> pixels,
              const std::string& source) {
  const std::vector<std::byte> chunks = pixel_chunks(file, source);
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  const bool is_begun = png_image_begin_read_from_memory(&image, chunks.data(), chunks.size()) != 0;
  image.format = header.channels == 1 ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB;
  const bool is_read = is_begun && PNG_IMAGE_SIZE(image) == pixels.size() &&
                       png_image_finish_read(&image, nullptr, pixels.data(), 0, nullptr) != 0;
  const bool is_sound = is_read && image.warning_or_error == 0;  // what it warns of are damages, too
  png_image_free(&image);
  if (!is_sound)
    core::refuse(source, std::string("it is damaged (libpng: ") + image.message + ")", kPictureAgain);
}

}  // namespace cuvae::data
