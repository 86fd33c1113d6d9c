#pragma once

#include <filesystem>
#include <string_view>

#include "src/io/safetensors_header.hpp"

namespace cuvae::io {

// Reads the metadata and the tensors out of a header's JSON, without looking whether their places make sense.
// Throws Error(data).
[[nodiscard]] SafetensorsHeader read_table(std::string_view json, const std::filesystem::path& path);

}  // namespace cuvae::io
