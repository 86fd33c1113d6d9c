#include "src/data/png_folder_stream.hpp"

#include <strings.h>

#include <algorithm>
#include <filesystem>

#include "src/core/mapped_file.hpp"
#include "src/core/read_error.hpp"

namespace cuvae::data {
namespace {

namespace fs = std::filesystem;

bool has_ending(const std::string& name, const char* ending) {
  return ::strcasecmp(fs::path(name).extension().c_str(), ending) == 0;
}

[[noreturn]] void refuse_none(const std::string& folder, bool has_jpeg) {
  core::refuse(folder, "this folder has no PNG pictures",
               has_jpeg ? "Convert those it has: magick mogrify -format png *.jpg"
                        : "Name the folder that has them itself; those within it are not entered.");
}

}  // namespace

PngFolderStream::PngFolderStream(const std::string& folder) : folder_(folder) {
  list();
  for (const std::string& name : names_) {
    const auto file = core::MappedFile::open(path_of(name));
    const PngHeader found = read_png_header(file->bytes(), path_of(name));
    if (name == names_.front()) picture_ = found;
    require_same(found, name);
  }
  header_ = {.format = Format::png,
             .type = ElementType::u8,
             .shape = {std::ssize(names_), picture_.height, picture_.width}};
  if (picture_.channels > 1) header_.shape.push_back(picture_.channels);
}

void PngFolderStream::list() {
  std::error_code error;
  bool has_jpeg = false;
  for (fs::directory_iterator entry(folder_, error), end; !error && entry != end; entry.increment(error)) {
    std::string name = entry->path().filename().string();
    std::error_code ignored;
    if (has_ending(name, ".png") && !name.starts_with('.') && !entry->is_directory(ignored)) {
      names_.push_back(std::move(name));
    } else {
      has_jpeg |= has_ending(name, ".jpg") || has_ending(name, ".jpeg");
      ++passed_over_;
    }
  }
  if (error) core::refuse_system(folder_, error.value());
  if (names_.empty()) refuse_none(folder_, has_jpeg);
  std::ranges::sort(names_);
}

void PngFolderStream::require_same(const PngHeader& other, const std::string& name) const {
  if (other == picture_) return;
  const std::string size = std::to_string(picture_.width) + "x" + std::to_string(picture_.height);
  const std::string mend =
      other.channels != picture_.channels
          ? "Make copies of one kind, in another folder: magick mogrify -path FOLDER -colorspace Gray *.png "
            "(or "
            "-define png:color-type=2)"
          : "Make copies of one size, in another folder: magick mogrify -path FOLDER -resize " + size +
                "! *.png";
  core::refuse(path_of(name),
               "it is " + describe(other) + ", but '" + names_.front() + "' is " + describe(picture_), mend);
}

std::size_t PngFolderStream::read(std::span<std::byte> out) {
  std::size_t filled = 0;
  while (filled < out.size()) {
    if (taken_ == pixels_.size()) {
      if (next_ == names_.size()) break;
      read_picture(names_[next_++]);
    }
    const std::size_t count = std::min(pixels_.size() - taken_, out.size() - filled);
    std::copy_n(pixels_.begin() + static_cast<std::ptrdiff_t>(taken_), count, out.data() + filled);
    taken_ += count;
    filled += count;
  }
  return filled;
}

void PngFolderStream::read_picture(const std::string& name) {
  const auto file = core::MappedFile::open(path_of(name));
  require_same(read_png_header(file->bytes(), path_of(name)), name);  // it may have changed
  pixels_.resize(static_cast<std::size_t>(picture_.size()));
  read_png(file->bytes(), picture_, pixels_, path_of(name));
  taken_ = 0;
}

std::string PngFolderStream::description() const {
  std::string text = std::string("PNG pictures, ") + (picture_.channels == 1 ? "grey" : "RGB");
  if (passed_over_ > 0)
    text += ", " + std::to_string(passed_over_) + (passed_over_ == 1 ? " other file" : " other files") +
            " passed over";
  return text;
}

}  // namespace cuvae::data
