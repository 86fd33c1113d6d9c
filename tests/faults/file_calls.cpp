#include "faults/file_calls.hpp"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdarg>
#include <string_view>

namespace cuvae::test {
namespace {

struct Watch {
  std::string folder;  // none is watched where it is empty
  std::optional<Injection> injection;
  std::vector<FileCall> seen;
};
Watch& watch() {
  static Watch& one = *new Watch;  // files are closed after the last destructor
  return one;
}

std::string path_of(int fd) {
  std::array<char, 4096> target{};
  const std::string link = "/proc/self/fd/" + std::to_string(fd);
  const long size = ::readlink(link.c_str(), target.data(), target.size());
  return size < 0 ? std::string() : std::string(target.data(), static_cast<std::size_t>(size));
}

// What happens to this call, if anything.
std::optional<Injection> next_call(std::string_view name, const std::string& path) {
  Watch& w = watch();
  if (w.folder.empty() || !path.starts_with(w.folder)) return std::nullopt;
  const std::size_t number = w.seen.size();
  w.seen.push_back({std::string(name), path});
  const bool hit = w.injection && w.injection->call == number;
  return hit ? w.injection : std::nullopt;
}

enum class Extent { whole, half };

[[noreturn]] void die() {
  ::raise(SIGKILL);
  ::_exit(1);
}

template <class Call>
auto faulty(std::string_view name, const std::string& path, const Call& call) -> decltype(call(Extent())) {
  const auto injected = next_call(name, path);
  if (!injected) return call(Extent::whole);
  if (injected->fault == Fault::kill_before) die();
  if (injected->fault == Fault::error) {
    if (name == "close") call(Extent::whole);  // which closes a file also where it fails
    errno = injected->error;
    return -1;
  }
  const auto result = call(injected->fault == Fault::short_write ? Extent::half : Extent::whole);
  if (injected->fault == Fault::kill_after) die();
  return result;
}

template <class... Arguments>
int system_call(long number, Arguments... arguments) {
  return static_cast<int>(::syscall(number, arguments...));
}

}  // namespace

void watch_calls(const std::filesystem::path& folder, std::optional<Injection> injection) {
  watch() = {folder.string(), injection, {}};
}

const std::vector<FileCall>& calls_seen() { return watch().seen; }

}  // namespace cuvae::test

using cuvae::test::Extent;
using cuvae::test::faulty;
using cuvae::test::path_of;
using cuvae::test::system_call;

extern "C" {

int open(const char* path, int flags, ...) {
  mode_t mode = 0;
  if ((flags & O_CREAT) != 0) {
    va_list arguments;
    va_start(arguments, flags);
    mode = va_arg(arguments, mode_t);
    va_end(arguments);
  }
  return faulty("open", path, [&](Extent) { return system_call(SYS_openat, AT_FDCWD, path, flags, mode); });
}

ssize_t write(int fd, const void* bytes, size_t size) {
  return faulty("write", path_of(fd), [&](Extent extent) {
    return static_cast<ssize_t>(
        ::syscall(SYS_write, fd, bytes, extent == Extent::half ? (size + 1) / 2 : size));
  });
}

// Nothing here loses its power: when it is called is all that counts.
int fsync(int fd) {
  return faulty("fsync", path_of(fd), [](Extent) { return 0; });
}

int close(int fd) {
  return faulty("close", path_of(fd), [&](Extent) { return system_call(SYS_close, fd); });
}

int rename(const char* from, const char* to) noexcept {
  return faulty("rename", to,
                [&](Extent) { return system_call(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0); });
}

int link(const char* from, const char* to) noexcept {
  return faulty("link", to, [&](Extent) { return system_call(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0); });
}

int unlink(const char* path) noexcept {
  return faulty("unlink", path, [&](Extent) { return system_call(SYS_unlinkat, AT_FDCWD, path, 0); });
}

}  // extern "C"
