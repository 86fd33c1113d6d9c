// The messages of a file that cannot be written: which, what is wrong with it, how to mend it.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace cuvae::io {

// Throws Error(io) for a system call on a file being written that failed with `error` (an errno).
[[noreturn]] void fail_write(const std::filesystem::path& path, std::string_view call, int error);

// A name out of a file, as a message may show it: escaped, in quotes, and not too long.
[[nodiscard]] std::string in_quotes(std::string_view name);

}  // namespace cuvae::io
