// The messages of this room: which file, what is wrong with it, and on a second line how to mend it.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace cuvae::io {

// Throws Error(io) for a system call on a file being written that failed with `error` (an errno).
[[noreturn]] void fail_write(const std::filesystem::path& path, std::string_view call, int error);

// Throws Error(data) for a file that cannot be read.
[[noreturn]] void fail_read(const std::filesystem::path& path, int error);
[[noreturn]] void refuse(const std::filesystem::path& path, std::string_view what, std::string_view mend);

// A name out of a file, as a message may show it: escaped, in quotes, and not too long.
[[nodiscard]] std::string in_quotes(std::string_view name);

}  // namespace cuvae::io
