// System calls on files being written: repeated where a signal interrupts them, an Error(io) where they fail.
#pragma once

#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <span>

#include "src/core/descriptor.hpp"

namespace cuvae::io {

// Repeats a system call that a signal interrupted.
template <class Call>
auto uninterrupted(const Call& call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

void write_all(const core::Descriptor& file, const std::filesystem::path& target,
               std::span<const std::byte> bytes);

// Some files, and on some file systems directories, have no fsync.
void sync(const core::Descriptor& file, const std::filesystem::path& target, const char* call = "fsync");

// Makes the rename itself survive a loss of power.
void sync_directory_of(const std::filesystem::path& target);

}  // namespace cuvae::io
