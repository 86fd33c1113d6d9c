// More elements than memory has room for, of which a test touches a few.
#pragma once

#include <sys/mman.h>

#include <cerrno>
#include <cstdint>
#include <system_error>

namespace cuvae::test {

inline constexpr std::int64_t kBeyondInt = (std::int64_t{1} << 31) + 8;

template <class T>
class Sparse {
 public:
  // Zeros. Throws std::system_error.
  explicit Sparse(std::int64_t count) : bytes_(static_cast<std::size_t>(count) * sizeof(T)) {
    constexpr int kFlags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
    data_ = ::mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, kFlags, -1, 0);
    if (data_ == MAP_FAILED) throw std::system_error(errno, std::generic_category(), "mmap");
  }
  Sparse(Sparse&&) = delete;
  ~Sparse() { ::munmap(data_, bytes_); }

  [[nodiscard]] T* data() const { return static_cast<T*>(data_); }
  T& operator[](std::int64_t i) const { return data()[i]; }

 private:
  std::size_t bytes_;
  void* data_;
};

}  // namespace cuvae::test
