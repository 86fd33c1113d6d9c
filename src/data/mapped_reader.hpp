#pragma once

#include <memory>

#include "src/core/mapped_file.hpp"
#include "src/data/byte_reader.hpp"

namespace cuvae::data {

// A whole file as it is; what has been read takes no memory any more.
class MappedReader final : public ByteReader {
 public:
  explicit MappedReader(std::shared_ptr<const core::MappedFile> file) : file_(std::move(file)) {}

  [[nodiscard]] std::size_t read(std::span<std::byte> out) override;
  [[nodiscard]] std::int64_t most() const override {
    return static_cast<std::int64_t>(file_->bytes().size());
  }

 private:
  std::shared_ptr<const core::MappedFile> file_;
  std::size_t at_ = 0, forgotten_ = 0;
};

}  // namespace cuvae::data
