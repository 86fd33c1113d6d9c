#include "src/data/array_file.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include "src/core/mapped_file.hpp"
#include "src/core/read_error.hpp"
#include "src/data/gzip.hpp"
#include "src/data/heap_block.hpp"

namespace cuvae::data {
namespace {

constexpr std::string_view kAgain = "Write or download the file again.";

std::string promise(const Header& header) {
  return "its header declares " + shape_text(header) + " values of " + std::string(name_of(header.type)) +
         ", " + std::to_string(header.offset + header.payload()) + " bytes in all";
}

ArrayFile map_values(std::shared_ptr<const core::MappedFile> file, const std::string& path) {
  const std::span<const std::byte> bytes = file->bytes();
  Header header = read_header(bytes.first(std::min(bytes.size(), kHeaderBytes)), path);
  const auto actual = static_cast<std::int64_t>(bytes.size());
  const std::int64_t declared = header.offset + header.payload();
  if (actual < declared) {
    core::refuse(path, "it is truncated: " + promise(header) + ", but the file has " + std::to_string(actual),
                 kAgain);
  }
  if (actual > declared) {
    core::refuse(path, "it is too long: " + promise(header) + ", but the file has " + std::to_string(actual),
                 kAgain);
  }
  const std::byte* values = bytes.data() + header.offset;
  return {std::move(header), std::move(file), values, Storage::mapped};
}

ArrayFile inflate_values(const core::MappedFile& file, const std::string& path) {
  GzipReader reader(file.bytes(), path);
  std::array<std::byte, kHeaderBytes> buffer;
  const std::span<const std::byte> start = std::span(buffer).first(reader.read(buffer));
  Header header = read_header(start, path);
  if (header.offset + header.payload() > most_inflated_bytes(file.bytes().size())) {
    core::refuse(path,
                 "it is truncated: " + promise(header) + ", but " + std::to_string(file.bytes().size()) +
                     " bytes of gzip cannot hold as many",
                 kAgain);
  }
  const auto size = static_cast<std::size_t>(header.payload());
  const std::shared_ptr<std::byte[]> block = allocate_block(header.payload(), path);
  const std::span<const std::byte> begun = start.subspan(static_cast<std::size_t>(header.offset));
  std::size_t filled = std::min(begun.size(), size);
  std::copy_n(begun.begin(), filled, block.get());
  filled += reader.read({block.get() + filled, size - filled});
  if (filled < size) {
    core::refuse(path,
                 "its content is truncated: " + promise(header) + ", but " +
                     std::to_string(static_cast<std::size_t>(header.offset) + filled) +
                     " come out of the gzip",
                 kAgain);
  }
  if (begun.size() > size || reader.read(std::span(buffer).first(1)) > 0) {
    core::refuse(path, "its content is too long: " + promise(header) + ", but more comes out of the gzip",
                 kAgain);
  }
  return {std::move(header), block, block.get(), Storage::inflated};
}

}  // namespace

ArrayFile open_array_file(const std::string& path) {
  if (std::error_code error; !std::filesystem::exists(path, error) && !error) {
    core::refuse(path, std::generic_category().message(ENOENT),
                 "Check the path; built-in data is called builtin:shapes.");
  }
  std::shared_ptr<const core::MappedFile> file = core::MappedFile::open(path);
  if (file->bytes().empty()) core::refuse(path, "the file is empty", "Write or download it again.");
  return is_gzip(file->bytes()) ? inflate_values(*file, path) : map_values(std::move(file), path);
}

std::string describe(const ArrayFile& file) {
  const Header& header = file.header;
  std::string text = header.format == Format::idx ? "IDX, " : "NPY, ";
  text += name_of(header.type);
  if (header.order == ByteOrder::swapped) {
    text += std::endian::native == std::endian::little ? ", big-endian" : ", little-endian";
  }
  if (header.layout == Layout::fortran) text += ", Fortran order";
  return text + (file.storage == Storage::mapped ? ", memory-mapped" : ", gzip, in memory");
}

}  // namespace cuvae::data
