// A zip archive and what is in it, read in place; nothing is ever unpacked to a file.
#pragma once

#include <zip.h>

#include <memory>
#include <string>
#include <vector>

#include "src/data/byte_reader.hpp"
#include "src/data/zip_bytes.hpp"

namespace cuvae::data {

struct ZipEntry {
  enum class Method : std::uint8_t { stored, deflated };

  std::string name;
  std::uint64_t index = 0;
  std::int64_t size = 0, compressed = 0;  // bytes, as declared
  Method method = Method::stored;
};

class ZipArchive {
 public:
  // Throws Error(data) for what is no sound archive, and for one with a member that is encrypted, a folder, a
  // symbolic link, compressed by something other than deflate, named like another or by a path that leads out
  // of the archive, or that declares what cannot be in it.
  explicit ZipArchive(const std::string& path);

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] const std::vector<ZipEntry>& entries() const { return entries_; }

 private:
  friend class ZipMember;

  void open();
  [[nodiscard]] ZipEntry entry(std::uint64_t index) const;
  [[noreturn]] void refuse_open(zip_error_t* error) const;

  struct Discard {
    void operator()(zip_t* archive) const { zip_discard(archive); }
  };
  std::string path_;
  ZipBytes bytes_;
  std::unique_ptr<zip_t, Discard> zip_;
  std::vector<ZipEntry> entries_;
};

// The content of one member, inflated: as long as it is declared, with the checksum it is declared with.
// Several may be read side by side.
class ZipMember final : public ByteReader {
 public:
  ZipMember(std::shared_ptr<ZipArchive> archive, const ZipEntry& entry, std::string source);

  [[nodiscard]] std::size_t read(std::span<std::byte> out) override;
  [[nodiscard]] std::int64_t most() const override { return size_; }

 private:
  [[nodiscard]] std::size_t piece(std::span<std::byte> out);
  void require_end();

  struct Close {
    void operator()(zip_file_t* file) const { zip_fclose(file); }
  };
  std::shared_ptr<ZipArchive> archive_;
  std::string source_;
  std::int64_t size_ = 0, at_ = 0;
  bool ended_ = false;
  std::unique_ptr<zip_file_t, Close> file_;
};

}  // namespace cuvae::data
