#include "src/io/picture_folder.hpp"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

#include "cuvae/error.hpp"
#include "src/io/file_calls.hpp"
#include "src/io/file_error.hpp"
#include "src/io/temporary_name.hpp"

namespace cuvae::io {
namespace fs = std::filesystem;

namespace {

// Of the file system that it lies on.
void sync_all(const fs::path& folder, const fs::path& target) {
  const core::Descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!opened.is_open() || uninterrupted([&] { return ::syncfs(opened.get()); }) != 0)
    fail_write(target, "syncfs", errno);
}

void require_new(const fs::path& folder) {
  std::error_code error;
  if (fs::is_symlink(folder, error) || folder.filename() == "." || folder.filename() == "..")
    throw Error(Errc::io,
                "cannot write '" + folder.string() +
                    "': a folder that is replaced is called by its own name\nName a new folder, or one "
                    "that is empty, neither by a link nor as '.'.");
  if (!fs::exists(fs::symlink_status(folder, error))) return;
  if (fs::is_directory(folder, error) && fs::is_empty(folder, error)) return;
  throw Error(Errc::io,
              "cannot write '" + folder.string() +
                  "': it is there already, and no empty folder\nName a new folder, or empty this one.");
}

}  // namespace

PictureFolder::PictureFolder(fs::path folder, std::int64_t count)
    : folder_(folder.has_filename() ? std::move(folder) : folder.parent_path()),
      digits_(std::max<std::size_t>(4, std::to_string(count - 1).size())) {
  require_new(folder_);
  fs::path temporary = temporary_name(folder_);
  if (::mkdir(temporary.c_str(), 0777) != 0) fail_write(folder_, "mkdir", errno);
  temporary_ = std::move(temporary);
}

PictureFolder::~PictureFolder() {
  std::error_code ignored;
  if (!temporary_.empty()) fs::remove_all(temporary_, ignored);
}

void PictureFolder::add(std::span<const std::uint8_t> bytes, std::int64_t width, std::int64_t height,
                        PngColour colour) {
  std::string name = std::to_string(next_++);
  name.insert(0, digits_ - std::min(digits_, name.size()), '0');
  name += ".png";
  const fs::path path = temporary_ / name, shown = folder_ / name;
  const std::vector<std::byte> encoded = encode_png(shown, bytes, width, height, colour);
  core::Descriptor file(
      uninterrupted([&] { return ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666); }));
  if (!file.is_open()) fail_write(shown, "open", errno);
  write_all(file, shown, encoded);
  if (const int error = file.close(); error != 0) fail_write(shown, "close", error);
}

void PictureFolder::commit() {
  sync_all(temporary_, folder_);
  if (::rename(temporary_.c_str(), folder_.c_str()) != 0) fail_write(folder_, "rename", errno);
  temporary_.clear();
  sync_directory_of(folder_);
}

}  // namespace cuvae::io
