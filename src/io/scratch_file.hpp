#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <span>

namespace cuvae::io {

// A file for as long as the process needs it, in the folder of `target`, which its failures name; no one else
// sees it, and nothing is left of it, however the process ends. Throws Error(io).
class ScratchFile {
 public:
  explicit ScratchFile(std::filesystem::path target);
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;
  ~ScratchFile();

  void write(std::span<const std::byte> bytes);
  void seek(std::int64_t offset);
  // To be read from its beginning, and closed by the caller.
  [[nodiscard]] std::FILE* release();

 private:
  std::filesystem::path target_;
  std::FILE* file_;
};

}  // namespace cuvae::io
