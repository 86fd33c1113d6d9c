#include "src/cli/run_directory.hpp"

#include <array>
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

RunDirectory::RunDirectory(fs::path path, Start wanted) : path_(std::move(path)) {
  if (wanted == Start::resume && has_state()) return;
  for (const char* name : kFiles) {
    // What a run that was killed before its first checkpoint leaves is no loss: --resume begins it again.
    const bool weights = name == kModel || name == kBest;
    if (!is_there(path_ / name) || (wanted == Start::resume && !weights)) continue;
    const std::string mend = wanted == Start::resume
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
  note_what_is_missing();
  std::error_code error;
  fs::create_directories(path_, error);
  if (!error && !fs::is_directory(path_, error)) error = std::make_error_code(std::errc::not_a_directory);
  if (error)
    throw Error(Errc::io,
                path_.string() + ": cannot be created: " + error.message() + "\nChoose another --out.");
  io::remove_stale_temporaries(path_);
}

bool RunDirectory::has_state() const { return is_there(path_ / kState); }

void RunDirectory::note_what_is_missing() {
  for (const char* name : kFiles) {
    if (!is_there(path_ / name)) created_.push_back(path_ / name);
  }
  for (fs::path folder = fs::absolute(path_).lexically_normal(); !is_there(folder);
       folder = folder.parent_path()) {
    created_.push_back(folder);
  }
}

}  // namespace cuvae::cli
