// The system calls of this process on the files of one folder: seen, and made to fail. They go through
// functions that take the place of the C library's (file_calls.cpp).
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace cuvae::test {

struct FileCall {
  std::string name;  // "write"
  std::filesystem::path path;
};

enum class Fault { error, short_write, kill_before, kill_after };

struct Injection {
  std::size_t call;  // its place among all calls, from 0
  Fault fault;
  int error = 0;  // an errno
};

// Forgets the calls seen before.
void watch_calls(const std::filesystem::path& folder, std::optional<Injection> injection = {});
[[nodiscard]] const std::vector<FileCall>& calls_seen();

}  // namespace cuvae::test
