#include "src/cli/run_directory.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include <array>
#include <cerrno>
#include <ctime>

#include "cuvae/error.hpp"
#include "src/io/atomic_file.hpp"

namespace cuvae::cli {

namespace fs = std::filesystem;

namespace {

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

std::string utc_name() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y%m%d-%H%M%S", &utc);
  return text.data();
}

}  // namespace

RunDirectory::RunDirectory(fs::path path, Start wanted) : path_(std::move(path)), wanted_(wanted) {
  if (!path_.empty()) require_free();
}

void RunDirectory::require_free() const {
  if (wanted_ == Start::resume && has_state()) return;
  for (const char* name : kFiles) {
    // What a run that was killed before its first checkpoint leaves is no loss: --resume begins it again.
    const bool weights = name == kModel || name == kBest;
    if (!is_there(path_ / name) || (wanted_ == Start::resume && !weights)) continue;
    const std::string mend = wanted_ == Start::resume
                                 ? "It has no state.safetensors to resume from; choose another --out."
                                 : "Add --resume to continue it, or choose another --out.";
    throw Error(Errc::invalid_argument, path_.string() + ": holds a run already (" + name + ")\n" + mend);
  }
}

RunDirectory::~RunDirectory() {
  std::error_code ignored;
  for (const fs::path& path : created_) fs::remove(path, ignored);
}

fs::path RunDirectory::fresh_name() {
  const fs::path first = fs::path("runs") / utc_name();
  fs::path name = first;
  for (int i = 2; is_there(name); ++i) name = first.string() + "-" + std::to_string(i);
  return name;
}

void RunDirectory::create() {
  make_folder();
  lock();
  require_free();
  std::vector<fs::path> files;
  for (const char* name : kFiles) {
    if (!is_there(path_ / name)) files.push_back(path_ / name);
  }
  created_.insert(created_.begin(), files.begin(), files.end());
  io::remove_stale_temporaries(path_);
}

void RunDirectory::make_folder() {
  const bool by_the_clock = path_.empty();
  std::error_code error;
  for (bool made = false; !made && !error;) {
    if (by_the_clock) path_ = fresh_name();
    created_.clear();
    const fs::path whole = fs::absolute(path_, error).lexically_normal();
    for (fs::path folder = whole; !error && !is_there(folder); folder = folder.parent_path())
      created_.push_back(folder);
    if (!error) made = fs::create_directories(path_, error) || !by_the_clock;
  }
  if (!error && !fs::is_directory(path_, error)) error = std::make_error_code(std::errc::not_a_directory);
  if (error)
    throw Error(Errc::io,
                path_.string() + ": cannot be created: " + error.message() + "\nChoose another --out.");
}

// Some file systems know no locks: there the caller is trusted.
void RunDirectory::lock() {
  lock_ = core::Descriptor(::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!lock_.is_open() || ::flock(lock_.get(), LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK) return;
  created_.clear();  // it is the other's
  throw Error(Errc::invalid_argument, path_.string() + ": another process is training in it" +
                                          "\nWait for its end, or choose another --out.");
}

bool RunDirectory::has_state() const { return is_there(path_ / kState) || is_there(path_ / kPreviousState); }

}  // namespace cuvae::cli
