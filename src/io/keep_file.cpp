#include "src/io/keep_file.hpp"

#include <stdio.h>
#include <unistd.h>

#include <cerrno>

#include "src/core/mapped_file.hpp"
#include "src/io/atomic_file.hpp"
#include "src/io/file_calls.hpp"
#include "src/io/file_error.hpp"
#include "src/io/temporary_name.hpp"

namespace cuvae::io {
namespace fs = std::filesystem;

namespace {

// Not every file system has files of two names.
void write_copy(const fs::path& path, const fs::path& kept) {
  const auto file = core::MappedFile::open(path);
  AtomicFile copied(kept);
  copied.write(file->bytes());
  copied.commit();
}

}  // namespace

void keep_file(const fs::path& path, const fs::path& kept) {
  const fs::path temporary = temporary_name(kept);
  ::unlink(temporary.c_str());  // of a process of this number that was killed
  if (uninterrupted([&] { return ::link(path.c_str(), temporary.c_str()); }) != 0) {
    if (errno != ENOENT) write_copy(path, kept);
    return;
  }
  const int renamed = uninterrupted([&] { return ::rename(temporary.c_str(), kept.c_str()); });
  const int error = errno;
  ::unlink(temporary.c_str());  // still there too where both were names of one file
  if (renamed != 0) fail_write(kept, "rename", error);
}

}  // namespace cuvae::io
