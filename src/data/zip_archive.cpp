#include "src/data/zip_archive.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <ranges>

#include "src/core/read_error.hpp"
#include "src/core/shown.hpp"
#include "src/data/gzip.hpp"

namespace cuvae::data {
namespace {

constexpr std::string_view kArchiveAgain = "Write the archive again with numpy.savez, or download it again.";

// With directories of up to this size libzip takes some 25 MiB. It is enough for 10,000 members.
constexpr std::uint64_t kMostDirectoryBytes = std::uint64_t{2} << 20;

// Owns what libzip has to say about a failure.
class ZipError {
 public:
  ZipError() { zip_error_init(&error_); }
  ZipError(const ZipError&) = delete;
  ZipError& operator=(const ZipError&) = delete;
  ~ZipError() { zip_error_fini(&error_); }
  [[nodiscard]] zip_error_t* get() { return &error_; }

 private:
  zip_error_t error_;
};

std::string words_of(zip_error_t* error) {
  return std::string(" (libzip: ") + zip_error_strerror(error) + ")";
}

bool leads_out(std::string_view name) {
  if (name.empty() || name.front() == '/' || name.find('\\') != std::string_view::npos) return true;
  return std::ranges::any_of(std::views::split(name, std::string_view("/")),
                             [](auto part) { return std::ranges::equal(part, std::string_view("..")); });
}

bool is_link(zip_t* zip, std::uint64_t index) {
  zip_uint8_t system = 0;
  zip_uint32_t attributes = 0;
  if (zip_file_get_external_attributes(zip, index, 0, &system, &attributes) != 0) return false;
  return S_ISLNK(attributes >> 16);  // where Unix has it, and others have nothing
}

bool fits(std::uint64_t size, std::uint64_t compressed, bool deflated) {
  return deflated ? size <= static_cast<std::uint64_t>(most_inflated_bytes(compressed)) : size == compressed;
}

}  // namespace

ZipArchive::ZipArchive(const std::string& path) : path_(path), bytes_(core::MappedFile::open(path)) {
  open();
  std::uint64_t packed = 0;
  const zip_int64_t count = zip_get_num_entries(zip_.get(), 0);
  for (std::uint64_t index = 0; index < static_cast<std::uint64_t>(count); ++index) {
    entries_.push_back(entry(index));
    packed += static_cast<std::uint64_t>(entries_.back().compressed);
    if (packed > bytes_.size()) core::refuse(path_, "members of this zip archive overlap", kArchiveAgain);
  }
}

void ZipArchive::open() {
  ZipError error;
  zip_source_t* const source = bytes_.source(error.get());
  if (source == nullptr) refuse_open(error.get());
  bytes_.allow(kMostDirectoryBytes);
  zip_.reset(zip_open_from_source(source, ZIP_RDONLY | ZIP_CHECKCONS, error.get()));
  if (zip_ == nullptr) {
    zip_source_free(source);
    refuse_open(error.get());
  }
  bytes_.allow_all();
}

void ZipArchive::refuse_open(zip_error_t* error) const {
  if (bytes_.was_denied())
    core::refuse(path_, "the directory of this zip archive is longer than 2 MiB",
                 "Save fewer arrays, or shorter names, in one archive.");
  if (zip_error_code_zip(error) == ZIP_ER_EXISTS)
    core::refuse(path_, "members of this zip archive have the same name", kArchiveAgain);
  core::refuse(path_, "it is no sound zip archive" + words_of(error), kArchiveAgain);
}

ZipEntry ZipArchive::entry(std::uint64_t index) const {
  zip_stat_t stat;
  if (zip_stat_index(zip_.get(), index, 0, &stat) != 0)
    core::refuse(path_, "its zip directory is damaged" + words_of(zip_get_error(zip_.get())), kArchiveAgain);
  const std::string name = stat.name == nullptr ? "" : stat.name;
  const auto refuse_member = [&](const std::string& what, std::string_view mend) {
    core::refuse(path_, "its member '" + core::shown(name) + "' " + what, mend);
  };
  if (leads_out(name)) refuse_member("has a path that leads out of the archive", kArchiveAgain);
  if (name.ends_with('/')) refuse_member("is a folder", "Pack the arrays alone: numpy.savez.");
  if (is_link(zip_.get(), index)) refuse_member("is a symbolic link", "Pack the arrays alone: numpy.savez.");
  if (stat.encryption_method != ZIP_EM_NONE)
    refuse_member("is encrypted", "Unpack it, and pack it without a password.");
  if (stat.comp_method != ZIP_CM_STORE && stat.comp_method != ZIP_CM_DEFLATE)
    refuse_member("is compressed by method " + std::to_string(stat.comp_method) + ", known is deflate (8)",
                  "Write the archive again with numpy.savez_compressed.");
  const bool deflated = stat.comp_method == ZIP_CM_DEFLATE;
  if (stat.comp_size > bytes_.size() || !fits(stat.size, stat.comp_size, deflated))
    refuse_member("declares " + std::to_string(stat.size) + " bytes, which are not in " +
                      std::to_string(stat.comp_size) +
                      (deflated ? " of deflate" : " that are not compressed"),
                  kArchiveAgain);
  return {.name = name,
          .index = index,
          .size = static_cast<std::int64_t>(stat.size),
          .compressed = static_cast<std::int64_t>(stat.comp_size),
          .method = deflated ? ZipEntry::Method::deflated : ZipEntry::Method::stored};
}

ZipMember::ZipMember(std::shared_ptr<ZipArchive> archive, const ZipEntry& entry, std::string source)
    : archive_(std::move(archive)),
      source_(std::move(source)),
      size_(entry.size),
      file_(zip_fopen_index(archive_->zip_.get(), entry.index, 0)) {
  if (file_ == nullptr)
    core::refuse(source_, "its content is damaged" + words_of(zip_get_error(archive_->zip_.get())),
                 kArchiveAgain);
}

std::size_t ZipMember::read(std::span<std::byte> out) {
  std::size_t filled = 0;
  while (filled < out.size() && at_ < size_) {
    const auto left = static_cast<std::size_t>(size_ - at_);
    const std::size_t count = piece(out.subspan(filled, std::min(out.size() - filled, left)));
    if (count == 0)
      core::refuse(source_,
                   "its content is shorter than the archive declares: " + std::to_string(at_) + " of " +
                       std::to_string(size_) + " bytes",
                   kArchiveAgain);
    at_ += static_cast<std::int64_t>(count);
    filled += count;
  }
  if (filled < out.size() && !ended_) require_end();
  return filled;
}

// libzip compares the checksum when it finds that nothing follows.
void ZipMember::require_end() {
  std::byte more{};
  if (piece({&more, 1}) > 0)
    core::refuse(
        source_,
        "its content is longer than the archive declares, which is " + std::to_string(size_) + " bytes",
        kArchiveAgain);
  ended_ = true;
}

std::size_t ZipMember::piece(std::span<std::byte> out) {
  const zip_int64_t count = zip_fread(file_.get(), out.data(), out.size());
  if (count < 0)
    core::refuse(source_,
                 "its content is damaged at byte " + std::to_string(at_) + " of " + std::to_string(size_) +
                     words_of(zip_file_get_error(file_.get())),
                 kArchiveAgain);
  return static_cast<std::size_t>(count);
}

}  // namespace cuvae::data
