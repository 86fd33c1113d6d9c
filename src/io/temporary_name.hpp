#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string_view>

namespace cuvae::io {

// Where this process writes what is to become `target`: "<target>.tmp-<pid>".
[[nodiscard]] std::filesystem::path temporary_name(const std::filesystem::path& target);

// The process that writes a file of this name; empty where it is no temporary name.
[[nodiscard]] std::optional<pid_t> writer_of(std::string_view file_name);

}  // namespace cuvae::io
