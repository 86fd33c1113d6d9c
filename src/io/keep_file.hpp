#pragma once

#include <filesystem>

namespace cuvae::io {

// Lets the file at `path`, where there is one, be found as `kept` too, in the place of what has that name:
// until then that stays, and afterwards replacing `path` by rename leaves `kept` as it is. Throws Error(io).
void keep_file(const std::filesystem::path& path, const std::filesystem::path& kept);

}  // namespace cuvae::io
