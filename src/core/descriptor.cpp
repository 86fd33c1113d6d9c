#include "src/core/descriptor.hpp"

#include <unistd.h>

#include <cerrno>
#include <utility>

namespace cuvae::core {

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  if (this != &other) {
    close();
    fd_ = std::exchange(other.fd_, -1);
  }
  return *this;
}

int Descriptor::close() noexcept {
  const int fd = std::exchange(fd_, -1);
  if (fd < 0 || ::close(fd) == 0) return 0;
  return errno == EINTR ? 0 : errno;  // Linux has closed it; a second try might hit another thread's file
}

}  // namespace cuvae::core
