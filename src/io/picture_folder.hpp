#pragma once

#include <cstdint>
#include <filesystem>
#include <span>

#include "src/io/png_file.hpp"

namespace cuvae::io {

// Pictures in a new folder: 0000.png, 0001.png, ..., the numbers as wide as the last of `count`. It is there,
// whole and safely on the disk, after commit(). Throws Error(io), also where the folder is there and not
// empty.
class PictureFolder {
 public:
  PictureFolder(std::filesystem::path folder, std::int64_t count);
  PictureFolder(const PictureFolder&) = delete;
  PictureFolder& operator=(const PictureFolder&) = delete;
  ~PictureFolder();  // without commit(): removes what there is

  void add(std::span<const std::uint8_t> bytes, std::int64_t width, std::int64_t height, PngColour colour);
  void commit();  // once, after the last add()

 private:
  std::filesystem::path folder_;
  std::filesystem::path temporary_;  // empty once it is gone
  std::size_t digits_;
  std::int64_t next_ = 0;
};

}  // namespace cuvae::io
