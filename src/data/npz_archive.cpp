#include "src/data/npz_archive.hpp"

#include <algorithm>

#include "src/core/read_error.hpp"

namespace cuvae::data {
namespace {

constexpr std::string_view kEnding = ".npy";

}  // namespace

NpzArchive::NpzArchive(const std::string& path) : zip_(std::make_shared<ZipArchive>(path)) {
  for (const ZipEntry& member : zip_->entries()) {
    const std::string_view name = member.name;
    if (name.size() > kEnding.size() && name.ends_with(kEnding))
      names_.emplace_back(name.substr(0, name.size() - kEnding.size()));
  }
}

bool NpzArchive::has(std::string_view name) const { return std::ranges::find(names_, name) != names_.end(); }

bool NpzArchive::has_member(std::string_view path) const {
  return std::ranges::any_of(zip_->entries(), [&](const ZipEntry& member) {
    return member.name == path || (path.starts_with('/') && member.name.ends_with(path));
  });
}

std::unique_ptr<PackedStream> NpzArchive::values(const std::string& name) const {
  const ZipEntry& member = entry(name);
  return std::make_unique<PackedStream>(
      std::make_unique<ZipMember>(zip_, member, source(name)), source(name),
      member.method == ZipEntry::Method::deflated ? "of an archive, deflated" : "of an archive");
}

std::vector<std::byte> NpzArchive::start(const std::string& name) const {
  std::vector<std::byte> bytes(kHeaderBytes);
  bytes.resize(ZipMember(zip_, entry(name), source(name)).read(bytes));
  return bytes;
}

NpyText NpzArchive::header(const std::string& name) const {
  const std::vector<std::byte> bytes = start(name);
  if (!is_npy(bytes))
    core::refuse(source(name), "its first bytes are not those of NPY",
                 "Write the archive again with numpy.savez.");
  return read_npy_text(bytes, source(name));
}

const ZipEntry& NpzArchive::entry(const std::string& name) const {
  return *std::ranges::find(zip_->entries(), name + std::string(kEnding), &ZipEntry::name);
}

}  // namespace cuvae::data
