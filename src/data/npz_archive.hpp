// An archive of numpy.savez: its members NAME.npy are arrays. Others are passed over.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "src/data/npy_header.hpp"
#include "src/data/packed_stream.hpp"
#include "src/data/zip_archive.hpp"

namespace cuvae::data {

class NpzArchive {
 public:
  explicit NpzArchive(const std::string& path);

  [[nodiscard]] const std::string& path() const { return zip_->path(); }
  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }  // without .npy
  [[nodiscard]] bool has(std::string_view name) const;
  [[nodiscard]] bool has_member(std::string_view path) const;  // an array or not; "/x": x in any folder

  // What messages call the array `name`: "arrays.npz:x".
  [[nodiscard]] std::string source(const std::string& name) const { return path() + ":" + name; }

  // Of an array that is there. Each call reads it from its front. Throw Error(data).
  [[nodiscard]] std::unique_ptr<PackedStream> values(const std::string& name) const;
  [[nodiscard]] std::vector<std::byte> start(const std::string& name) const;  // kHeaderBytes, or all
  [[nodiscard]] NpyText header(const std::string& name) const;

 private:
  [[nodiscard]] const ZipEntry& entry(const std::string& name) const;

  std::shared_ptr<ZipArchive> zip_;
  std::vector<std::string> names_;
};

}  // namespace cuvae::data
