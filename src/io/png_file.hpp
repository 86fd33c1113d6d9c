#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

#include "src/io/pulse.hpp"

namespace cuvae::io {

enum class PngColour { grey, rgb };  // 1 or 3 bytes to a pixel

// A picture of width x height pixels, row by row from the top, as the content of a .png file; `path` is what
// a failure names. Throws Error(io); Error(invalid_argument) for another number of bytes.
[[nodiscard]] std::vector<std::byte> encode_png(const std::filesystem::path& path,
                                                std::span<const std::uint8_t> bytes, std::int64_t width,
                                                std::int64_t height, PngColour colour);

// The same into a file, atomically; `pulse` is called before that is touched.
void write_png(const std::filesystem::path& path, std::span<const std::uint8_t> bytes, std::int64_t width,
               std::int64_t height, PngColour colour, const Pulse& pulse = {});

}  // namespace cuvae::io
