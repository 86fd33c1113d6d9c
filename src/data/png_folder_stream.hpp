#pragma once

#include <memory>
#include <string>
#include <vector>

#include "src/data/png_reader.hpp"
#include "src/data/value_stream.hpp"

namespace cuvae::data {

// The pictures of a folder: its files *.png (in any case), in the order of the bytes of their names. Other
// files, hidden ones and sub-folders are passed over. All are of one size, all grey or all RGB: rows of u8,
// (n, h, w) or (n, h, w, 3). One is open at a time. Throws Error(data), naming the first picture that is
// flawed or differs.
class PngFolderStream final : public ValueStream {
 public:
  explicit PngFolderStream(const std::string& folder);

  [[nodiscard]] const Header& header() const override { return header_; }
  [[nodiscard]] std::size_t read(std::span<std::byte> out) override;
  [[nodiscard]] std::string description() const override;

 private:
  void list();
  [[nodiscard]] std::string path_of(const std::string& name) const { return folder_ + "/" + name; }
  void require_same(const PngHeader& other, const std::string& name) const;
  void read_picture(const std::string& name);

  std::string folder_;
  std::vector<std::string> names_;
  std::size_t passed_over_ = 0;
  PngHeader picture_;  // as all are
  Header header_;
  std::size_t next_ = 0;           // of the names
  std::vector<std::byte> pixels_;  // of the picture under way
  std::size_t taken_ = 0;          // of them
};

}  // namespace cuvae::data
