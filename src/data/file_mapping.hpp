#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

namespace cuvae::data {

// A whole regular file, mapped read-only. The file must not shrink while it is mapped.
class FileMapping {
 public:
  // Throws Error(data) for a file that is missing, unreadable, empty or no regular file.
  static std::shared_ptr<const FileMapping> open(const std::string& path);

  FileMapping(const FileMapping&) = delete;
  FileMapping& operator=(const FileMapping&) = delete;
  ~FileMapping();

  [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return bytes_; }

 private:
  explicit FileMapping(std::span<const std::byte> bytes) : bytes_(bytes) {}

  std::span<const std::byte> bytes_;
};

}  // namespace cuvae::data
