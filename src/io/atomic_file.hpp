// Files that are there whole or not at all.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

#include "src/core/descriptor.hpp"

namespace cuvae::io {

// Writes a temporary file beside the target; commit() puts it, safely on the disk, in the target's place.
// Until then, and whatever fails before, a file that was there stays as it was; its permissions are kept. A
// target that is a device, a pipe or a descriptor of this process (/dev/stdout, /dev/fd/3) is written
// directly, from where it stands. Every failure is an Error(io). One writer per target at a time.
class AtomicFile {
 public:
  explicit AtomicFile(std::filesystem::path target);
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  ~AtomicFile();  // without commit(): removes the temporary file

  void write(std::span<const std::byte> bytes);
  void write(std::string_view text);
  // What is written next goes so many bytes behind the beginning, over what is there.
  void seek(std::int64_t offset);
  // Throws Error(io) where the target is a pipe, or is appended to, and takes bytes in their order only;
  // `why` must it be none?
  void require_seek(std::string_view why) const;
  // Once, after the last write(). The file that was there is kept as `previous`, where that is given: there
  // is a whole file at the target all the time, and `previous` is the one before the last change of it.
  void commit(const std::filesystem::path& previous = {});

 private:
  void flush();

  std::filesystem::path target_;
  std::filesystem::path temporary_;  // empty once it is gone, or where the target is written directly
  core::Descriptor file_;
  std::int64_t begin_ = 0;          // where writing began; -1: there is no way back to it
  std::int64_t at_ = 0, size_ = 0;  // of what was written: where it goes on, and its end
  std::vector<std::byte> buffer_;
};

// A whole file in one go, by AtomicFile.
void write_file(const std::filesystem::path& path, std::string_view text);

// Adds to the end of a file and sees it safely on the disk; what was there stays. Throws Error(io).
void append_to_file(const std::filesystem::path& path, std::string_view text);

// Deletes what writers that were killed have left in the directory, as far as that can be done.
void remove_stale_temporaries(const std::filesystem::path& directory);

}  // namespace cuvae::io
