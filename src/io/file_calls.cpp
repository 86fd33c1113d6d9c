#include "src/io/file_calls.hpp"

#include <fcntl.h>
#include <unistd.h>

#include "src/io/file_error.hpp"

namespace cuvae::io {
namespace fs = std::filesystem;

void write_all(const core::Descriptor& file, const fs::path& target, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = uninterrupted([&] { return ::write(file.get(), bytes.data(), bytes.size()); });
    if (written < 0) fail_write(target, "write", errno);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

void sync(const core::Descriptor& file, const fs::path& target, const char* call) {
  const int result = uninterrupted([&] { return ::fsync(file.get()); });
  if (result != 0 && errno != EINVAL && errno != ENOTSUP) fail_write(target, call, errno);
}

void sync_directory_of(const fs::path& target) {
  const fs::path directory = target.has_parent_path() ? target.parent_path() : fs::path(".");
  const core::Descriptor opened(
      uninterrupted([&] { return ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); }));
  if (!opened.is_open()) fail_write(target, "open of its folder", errno);
  sync(opened, target, "fsync of its folder");
}

}  // namespace cuvae::io
