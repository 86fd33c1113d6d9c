#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>

namespace cuvae::core {

// A whole regular file, mapped read-only. It must not shrink while it is mapped; replacing it by
// rename leaves the mapping as it is.
class MappedFile {
 public:
  // Throws Error(data) for a file that is missing, unreadable or no regular file. An empty file is empty
  // bytes.
  static std::shared_ptr<const MappedFile> open(const std::filesystem::path& path);

  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  ~MappedFile();

  [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return bytes_; }

  // These bytes have been read for now: the process need not keep memory for them.
  void forget(std::size_t begin, std::size_t end) const noexcept;

 private:
  explicit MappedFile(std::span<const std::byte> bytes) : bytes_(bytes) {}

  std::span<const std::byte> bytes_;
};

}  // namespace cuvae::core
