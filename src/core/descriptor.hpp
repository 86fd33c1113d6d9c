#pragma once

namespace cuvae::core {

// Owns an open file.
class Descriptor {
 public:
  explicit Descriptor(int fd) noexcept : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor() { close(); }

  [[nodiscard]] bool is_open() const noexcept { return fd_ >= 0; }
  [[nodiscard]] int get() const noexcept { return fd_; }
  // 0, or the errno of a failure; the file is closed either way.
  int close() noexcept;

 private:
  int fd_;
};

}  // namespace cuvae::core
