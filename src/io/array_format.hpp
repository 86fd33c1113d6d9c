// The formats of arrays by the endings of their files.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "src/io/array_writer.hpp"

namespace cuvae::io {

inline constexpr const char* kStandardOutput = "/dev/stdout";  // takes NPY

inline constexpr std::string_view kArrayEndings = ".npy, .npz, .csv, .tsv, .csv.gz or .tsv.gz";

// Whether the file is one of kArrayEndings, or kStandardOutput.
[[nodiscard]] bool is_array_file(const std::filesystem::path& path);

// Throws Error(invalid_argument) for a file that is none of them, Error(io) where it cannot be written.
[[nodiscard]] std::unique_ptr<ArrayWriter> write_array(const std::filesystem::path& path, ArrayLayout layout);

}  // namespace cuvae::io
