#include "src/io/zip_file.hpp"

#include <zip.h>

#include <algorithm>
#include <exception>
#include <memory>
#include <string_view>

#include "cuvae/error.hpp"

namespace cuvae::io {
namespace {

constexpr zip_uint16_t kFirstOfJanuary1980 = 1 << 5 | 1;  // zip's first day

[[noreturn]] void fail_zip(const std::filesystem::path& path, std::string_view why) {
  std::string message = "cannot write '" + path.string() + "': libzip: ";
  throw Error(Errc::io, message.append(why).append("\nChoose another place, or another format."));
}

// A file as libzip's place for an archive, which writes it from front to back but for the headers of members,
// which it writes again when their sizes are known. An exception of ours waits here until libzip has
// returned.
class Place {
 public:
  explicit Place(AtomicFile& file) : file_(file) { zip_error_init(&error_); }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  ~Place() { zip_error_fini(&error_); }

  static zip_int64_t call(void* self, void* data, zip_uint64_t size, zip_source_cmd_t command) {
    return static_cast<Place*>(self)->answer(data, size, command);
  }
  // Calls `work`; false where it threw.
  template <class Work>
  bool hold(const Work& work) noexcept {
    try {
      work();
      return true;
    } catch (...) {
      held_ = std::current_exception();
      zip_error_set(&error_, ZIP_ER_WRITE, 0);
      return false;
    }
  }
  void rethrow_held() const {
    if (held_) std::rethrow_exception(held_);
  }

 private:
  zip_int64_t answer(void* data, zip_uint64_t size, zip_source_cmd_t command) {
    switch (command) {
      case ZIP_SOURCE_SUPPORTS:
        return ZIP_SOURCE_SUPPORTS_WRITABLE;
      case ZIP_SOURCE_STAT:
        zip_stat_init(static_cast<zip_stat_t*>(data));
        return sizeof(zip_stat_t);
      case ZIP_SOURCE_WRITE:
        return write({static_cast<const std::byte*>(data), static_cast<std::size_t>(size)});
      case ZIP_SOURCE_SEEK_WRITE:
        return seek(data, size);
      case ZIP_SOURCE_TELL_WRITE:
        return static_cast<zip_int64_t>(at_);
      case ZIP_SOURCE_ERROR:
        return zip_error_to_data(&error_, data, size);
      case ZIP_SOURCE_OPEN:  // of an archive that is empty so far
      case ZIP_SOURCE_CLOSE:
      case ZIP_SOURCE_BEGIN_WRITE:
      case ZIP_SOURCE_COMMIT_WRITE:
      case ZIP_SOURCE_ROLLBACK_WRITE:
      case ZIP_SOURCE_FREE:
        return 0;
      default:
        zip_error_set(&error_, ZIP_ER_OPNOTSUPP, 0);
        return -1;
    }
  }

  zip_int64_t write(std::span<const std::byte> bytes) {
    if (!hold([&] { file_.write(bytes); })) return -1;
    at_ += bytes.size();
    end_ = std::max(end_, at_);
    return std::ssize(bytes);
  }

  zip_int64_t seek(void* data, zip_uint64_t size) {
    const zip_int64_t offset = zip_source_seek_compute_offset(at_, end_, data, size, &error_);
    if (offset < 0 || !hold([&] { file_.seek(offset); })) return -1;
    at_ = static_cast<zip_uint64_t>(offset);
    return 0;
  }

  AtomicFile& file_;
  zip_uint64_t at_ = 0, end_ = 0;
  zip_error_t error_{};
  std::exception_ptr held_;
};

struct Discard {
  void operator()(zip_t* archive) const { zip_discard(archive); }
};
using Archive = std::unique_ptr<zip_t, Discard>;

Archive create_archive(Place& place, const std::filesystem::path& path) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* source = zip_source_function_create(Place::call, &place, &error);
  Archive archive(source == nullptr ? nullptr
                                    : zip_open_from_source(source, ZIP_CREATE | ZIP_TRUNCATE, &error));
  if (archive) return archive;
  const std::string why = zip_error_strerror(&error);
  zip_error_fini(&error);
  if (source != nullptr) zip_source_free(source);
  fail_zip(path, why);
}

void add_member(zip_t* archive, const std::filesystem::path& path, const std::string& name,
                ScratchFile& content) {
  std::FILE* file = content.release();
  zip_source_t* source = zip_source_filep(archive, file, 0, -1);
  if (source == nullptr) {
    std::fclose(file);
    fail_zip(path, zip_strerror(archive));
  }
  const zip_int64_t index = zip_file_add(archive, name.c_str(), source, ZIP_FL_ENC_UTF_8);
  if (index < 0) {
    zip_source_free(source);
    fail_zip(path, zip_strerror(archive));
  }
  const auto member = static_cast<zip_uint64_t>(index);
  if (zip_set_file_compression(archive, member, ZIP_CM_DEFLATE, 0) != 0 ||
      zip_file_set_dostime(archive, member, 0, kFirstOfJanuary1980, 0) != 0)
    fail_zip(path, zip_strerror(archive));
}

}  // namespace

void write_zip(AtomicFile& file, const std::filesystem::path& path, const std::string& member,
               ScratchFile& content, const std::function<void()>& pulse) {
  Place place(file);
  Archive archive = create_archive(place, path);
  add_member(archive.get(), path, member, content);
  struct Watch {
    Place& place;
    const std::function<void()>& pulse;
  } watch{place, pulse};
  const auto cancels = [](zip_t*, void* state) {
    auto* const self = static_cast<Watch*>(state);
    return self->pulse && !self->place.hold(self->pulse) ? 1 : 0;
  };
  zip_register_cancel_callback_with_state(archive.get(), cancels, nullptr, &watch);
  if (zip_close(archive.get()) != 0) {
    place.rethrow_held();
    fail_zip(path, zip_strerror(archive.get()));
  }
  static_cast<void>(archive.release());
}

}  // namespace cuvae::io
