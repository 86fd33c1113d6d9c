#include "src/data/file_mapping.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "src/data/data_error.hpp"

namespace cuvae::data {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int get() const noexcept { return fd_; }

 private:
  int fd_;
};

[[noreturn]] void refuse_system(const std::string& path, int error) {
  const char* mend = error == ENOENT   ? "Check the path; built-in data is called builtin:shapes."
                     : error == EACCES ? "Give yourself the right to read it (chmod), or copy it."
                                       : "Check that the file can be read.";
  refuse(path, std::generic_category().message(error), mend);
}

std::size_t regular_file_size(const Descriptor& file, const std::string& path) {
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) refuse_system(path, errno);
  if (S_ISDIR(status.st_mode)) refuse(path, "it is a directory", "Name one IDX or NPY file inside it.");
  if (!S_ISREG(status.st_mode)) refuse(path, "it is no regular file", "Save the data to a file first.");
  if (status.st_size == 0) refuse(path, "the file is empty", "Write or download it again.");
  return static_cast<std::size_t>(status.st_size);
}

}  // namespace

std::shared_ptr<const FileMapping> FileMapping::open(const std::string& path) {
  // Non-blocking, so that a pipe is refused below and not waited for.
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.get() < 0) refuse_system(path, errno);
  const std::size_t size = regular_file_size(file, path);
  void* address = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.get(), 0);
  if (address == MAP_FAILED) refuse_system(path, errno);
  return std::shared_ptr<const FileMapping>(new FileMapping({static_cast<const std::byte*>(address), size}));
}

FileMapping::~FileMapping() { ::munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size()); }

}  // namespace cuvae::data
