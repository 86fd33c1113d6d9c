#include "src/data/zip_bytes.hpp"

#include <algorithm>
#include <cstring>

namespace cuvae::data {
namespace {

constexpr std::uint64_t kMostAtOnce = std::uint64_t{1} << 20;

}  // namespace

zip_int64_t ZipBytes::answer(void* self, void* data, zip_uint64_t size, zip_source_cmd_t command) {
  ZipBytes& bytes = *static_cast<ZipBytes*>(self);
  switch (command) {
    case ZIP_SOURCE_SUPPORTS:
      return zip_source_make_command_bitmap(ZIP_SOURCE_OPEN, ZIP_SOURCE_READ, ZIP_SOURCE_CLOSE,
                                            ZIP_SOURCE_STAT, ZIP_SOURCE_ERROR, ZIP_SOURCE_FREE,
                                            ZIP_SOURCE_SEEK, ZIP_SOURCE_TELL, ZIP_SOURCE_SUPPORTS, -1);
    case ZIP_SOURCE_OPEN:
      bytes.at_ = 0;
      return 0;
    case ZIP_SOURCE_READ:
      return bytes.read(data, size);
    case ZIP_SOURCE_SEEK:
      return bytes.seek(data, size);
    case ZIP_SOURCE_TELL:
      return static_cast<zip_int64_t>(bytes.at_);
    case ZIP_SOURCE_STAT: {
      auto* const stat = static_cast<zip_stat_t*>(data);
      zip_stat_init(stat);
      stat->size = bytes.size();
      stat->valid = ZIP_STAT_SIZE;
      return sizeof *stat;
    }
    case ZIP_SOURCE_ERROR:
      return zip_error_to_data(&bytes.error_, data, size);
    case ZIP_SOURCE_CLOSE:
    case ZIP_SOURCE_FREE:
      return 0;
    default:
      zip_error_set(&bytes.error_, ZIP_ER_OPNOTSUPP, 0);
      return -1;
  }
}

zip_int64_t ZipBytes::read(void* to, std::uint64_t size) {
  const std::uint64_t count = std::min({size, this->size() - at_, kMostAtOnce});
  if (count > allowed_) {
    denied_ = true;
    zip_error_set(&error_, ZIP_ER_READ, 0);
    return -1;
  }
  allowed_ -= count;
  std::memcpy(to, file_->bytes().data() + at_, count);
  const std::uint64_t block = at_ / kMostAtOnce * kMostAtOnce;
  at_ += count;
  file_->forget(block, at_ / kMostAtOnce * kMostAtOnce);
  return static_cast<zip_int64_t>(count);
}

zip_int64_t ZipBytes::seek(void* data, std::uint64_t size) {
  const zip_int64_t to = zip_source_seek_compute_offset(at_, this->size(), data, size, &error_);
  if (to < 0) return -1;
  at_ = static_cast<std::uint64_t>(to);
  return 0;
}

}  // namespace cuvae::data
