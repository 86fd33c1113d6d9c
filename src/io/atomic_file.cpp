#include "src/io/atomic_file.hpp"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <string>
#include <system_error>
#include <utility>

#include "cuvae/error.hpp"
#include "src/io/file_calls.hpp"
#include "src/io/file_error.hpp"
#include "src/io/keep_file.hpp"
#include "src/io/temporary_name.hpp"

namespace cuvae::io {
namespace fs = std::filesystem;

namespace {

constexpr std::size_t kBufferBytes = std::size_t{1} << 16;

// Of a descriptor of this process that the name stands for; -1: it stands for none. It is written as it is:
// where it leads to a file, others may write there too, before and behind.
int descriptor_named(const fs::path& target) {
  const std::string name = target.string();
  if (name == "/dev/stdout") return STDOUT_FILENO;
  if (name == "/dev/stderr") return STDERR_FILENO;
  for (const std::string_view folder : {"/dev/fd/", "/proc/self/fd/"}) {
    if (!name.starts_with(folder)) continue;
    const char* const last = name.data() + name.size();
    int number = -1;
    const auto [end, error] = std::from_chars(name.data() + folder.size(), last, number);
    if (error == std::errc() && end == last) return number;
  }
  return -1;
}

// The file that a symbolic link leads to, there or not, so that it is replaced and not the link.
fs::path without_links(fs::path target) {
  std::error_code error;
  if (descriptor_named(target) >= 0 || !fs::is_symlink(target, error)) return target;
  if (fs::exists(target, error)) {
    const fs::path file = fs::canonical(target, error);
    return error ? target : file;  // a pipe under /proc has no name
  }
  constexpr int kMostLinks = 40;  // as many as Linux follows
  for (int i = 0; i < kMostLinks; ++i) {
    const fs::path next = fs::read_symlink(target, error);
    if (error) break;
    target = target.parent_path() / next;
  }
  return target;
}

bool takes_a_rename(const fs::path& target) {
  if (descriptor_named(target) >= 0) return false;
  std::error_code error;
  const fs::file_status status = fs::symlink_status(target, error);
  return !fs::exists(status) || fs::is_regular_file(status);
}

core::Descriptor open_for_writing(const fs::path& temporary, const fs::path& target) {
  const bool direct = temporary.empty();
  const int flags = O_WRONLY | O_CLOEXEC | (direct ? 0 : O_CREAT | O_TRUNC | O_NOFOLLOW);
  const char* path = direct ? target.c_str() : temporary.c_str();
  const int named = descriptor_named(target);
  const int fd = uninterrupted(
      [&] { return named >= 0 ? ::fcntl(named, F_DUPFD_CLOEXEC, 0) : ::open(path, flags, 0666); });
  if (fd < 0) fail_write(target, "open", errno);
  struct stat old {};
  if (!direct && ::stat(target.c_str(), &old) == 0) (void)::fchmod(fd, old.st_mode & 0777);
  return core::Descriptor(fd);
}

// Where a descriptor stands that may be moved; -1: there is none, or whatever is written goes to the end.
std::int64_t place_of(const core::Descriptor& file) {
  const int flags = ::fcntl(file.get(), F_GETFL);
  return flags < 0 || (flags & O_APPEND) != 0 ? -1 : ::lseek(file.get(), 0, SEEK_CUR);
}

bool is_alive(pid_t process) { return ::kill(process, 0) == 0 || errno != ESRCH; }

}  // namespace

AtomicFile::AtomicFile(fs::path target)
    : target_(without_links(target)),
      temporary_(takes_a_rename(target_) ? temporary_name(target_) : fs::path()),
      file_(open_for_writing(temporary_, target_)),
      begin_(place_of(file_)) {}

AtomicFile::~AtomicFile() {
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void AtomicFile::write(std::span<const std::byte> bytes) {
  at_ += std::ssize(bytes);
  size_ = std::max(size_, at_);
  if (buffer_.size() + bytes.size() > kBufferBytes) flush();
  if (bytes.size() >= kBufferBytes) {
    write_all(file_, target_, bytes);
  } else {
    buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
  }
}

void AtomicFile::write(std::string_view text) { write(std::as_bytes(std::span(text))); }

void AtomicFile::flush() {
  write_all(file_, target_, buffer_);
  buffer_.clear();
}

void AtomicFile::seek(std::int64_t offset) {
  flush();
  at_ = offset;
  if (::lseek(file_.get(), begin_ + offset, SEEK_SET) < 0) fail_write(target_, "seek", errno);
}

void AtomicFile::require_seek(std::string_view why) const {
  if (begin_ >= 0) return;
  std::string message = "cannot write '" + target_.string() + "': it is a pipe or appended to, and ";
  throw Error(Errc::io, message.append(why).append("\nWrite to a file."));
}

void AtomicFile::commit(const fs::path& previous) {
  flush();
  const bool direct = temporary_.empty();
  if (direct && at_ != size_) seek(size_);  // whoever writes next on this descriptor goes on behind it
  if (!direct) sync(file_, target_);
  if (const int error = file_.close(); error != 0) fail_write(target_, "close", error);
  if (direct) return;
  if (!previous.empty()) keep_file(target_, without_links(previous));
  if (uninterrupted([&] { return ::rename(temporary_.c_str(), target_.c_str()); }) != 0)
    fail_write(target_, "rename", errno);
  temporary_.clear();
  sync_directory_of(target_);
}

void write_file(const fs::path& path, std::string_view text) {
  AtomicFile file(path);
  file.write(text);
  file.commit();
}

void append_to_file(const fs::path& path, std::string_view text) {
  const int fd =
      uninterrupted([&] { return ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666); });
  if (fd < 0) fail_write(path, "open", errno);
  core::Descriptor file(fd);
  write_all(file, path, std::as_bytes(std::span(text)));
  sync(file, path);
  if (const int error = file.close(); error != 0) fail_write(path, "close", error);
}

void remove_stale_temporaries(const fs::path& directory) {
  std::error_code error;
  for (fs::directory_iterator entry(directory, error), end; !error && entry != end; entry.increment(error)) {
    const auto writer = writer_of(entry->path().filename().native());
    if (writer && !is_alive(*writer)) ::unlink(entry->path().c_str());
  }
}

}  // namespace cuvae::io
