#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "src/io/safetensors_header.hpp"

namespace cuvae::io {

// The bytes of a tensor; empty where they are no whole number below 2^63.
[[nodiscard]] std::optional<std::uint64_t> byte_size(const DTypeInfo& dtype,
                                                     std::span<const std::int64_t> shape);

// Throws Error(data) unless each tensor's place has the size of its shape, and the tensors, one after the
// other, fill data_size bytes.
void require_sound_layout(const SafetensorsHeader& header, std::uint64_t data_size,
                          const std::filesystem::path& path);

}  // namespace cuvae::io
