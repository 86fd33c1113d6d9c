// The checksum of a safetensors file: XXH3 (64 bits) over all its bytes, itself in the metadata as 16 digits
// that count as zeros.
#pragma once

#include <filesystem>
#include <map>
#include <span>
#include <string>

#include "src/io/safetensors_header.hpp"

namespace cuvae::io {

struct TensorView;

// Two keys, so that no one changed byte takes both away: a file with either needs a checksum that is right.
inline constexpr const char* kFormatKey = "cuvae.format";
inline constexpr const char* kChecksumKey = "cuvae.checksum";

// What the metadata says of a file that is not sealed yet.
void announce_checksum(std::map<std::string, std::string>& metadata);
// Puts the checksum in its place in `head`: the bytes before those of the tensors, of announced metadata.
void seal(std::string& head, std::span<const TensorView> tensors);

// Throws Error(data), naming `path`, where a byte of the file is another than when it was sealed. Files that
// were never sealed are as they are.
void require_checksum(std::span<const std::byte> file, const SafetensorsHeader& header,
                      const std::filesystem::path& path);

}  // namespace cuvae::io
