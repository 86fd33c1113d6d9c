#include "src/io/scratch_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "src/io/file_error.hpp"
#include "src/io/temporary_name.hpp"

namespace cuvae::io {
namespace {

std::FILE* open_nameless(const std::filesystem::path& target) {
  const std::filesystem::path name = temporary_name(target.native() + ".scratch");
  const int opened = ::open(name.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (opened < 0) fail_write(target, "open", errno);
  ::unlink(name.c_str());
  std::FILE* file = ::fdopen(opened, "w+b");
  if (file == nullptr) {
    const int error = errno;
    ::close(opened);
    fail_write(target, "open", error);
  }
  return file;
}

}  // namespace

ScratchFile::ScratchFile(std::filesystem::path target)
    : target_(std::move(target)), file_(open_nameless(target_)) {}

ScratchFile::~ScratchFile() {
  if (file_ != nullptr) std::fclose(file_);
}

void ScratchFile::write(std::span<const std::byte> bytes) {
  if (std::fwrite(bytes.data(), 1, bytes.size(), file_) != bytes.size()) fail_write(target_, "write", errno);
}

void ScratchFile::seek(std::int64_t offset) {
  if (::fseeko(file_, offset, SEEK_SET) != 0) fail_write(target_, "write", errno);
}

std::FILE* ScratchFile::release() {
  seek(0);  // and flushes
  return std::exchange(file_, nullptr);
}

}  // namespace cuvae::io
