#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "src/io/atomic_file.hpp"
#include "src/io/scratch_file.hpp"

namespace cuvae::io {

// A zip archive of one deflated member into a file that is no pipe. The same content gives the same bytes: no
// time is kept. `pulse` is called now and then; what it throws ends the writing. Throws Error(io), which
// names `path`.
void write_zip(AtomicFile& file, const std::filesystem::path& path, const std::string& member,
               ScratchFile& content, const std::function<void()>& pulse);

}  // namespace cuvae::io
