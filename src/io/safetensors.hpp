// Named tensors and text metadata in one file, as Python's safetensors writes and reads them.
// https://github.com/huggingface/safetensors#format
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "src/core/mapped_file.hpp"
#include "src/io/dtype.hpp"
#include "src/io/safetensors_header.hpp"

namespace cuvae::io {

struct TensorView {
  std::string name;
  DType dtype;
  std::vector<std::int64_t> shape;
  std::span<const std::byte> data;  // row-major
};

// Writes the tensors in the order given, sealed with a checksum, atomically; `previous` as for
// AtomicFile::commit(). Throws Error(io); Error(invalid_argument) where a name is there twice, a shape does
// not fit its data, or no reader takes so much metadata.
void write_safetensors(const std::filesystem::path& path, std::span<const TensorView> tensors,
                       std::map<std::string, std::string> metadata,
                       const std::filesystem::path& previous = {});

class SafetensorsFile {
 public:
  // Throws Error(data) for every flaw of the file: afterwards each tensor has the bytes its shape asks for.
  static SafetensorsFile open(const std::filesystem::path& path);

  [[nodiscard]] const std::map<std::string, std::string>& metadata() const { return header_.metadata; }
  [[nodiscard]] std::vector<std::string> names() const;  // sorted
  [[nodiscard]] bool contains(std::string_view name) const;

  // Of one tensor. Throw Error(data), naming file and tensor, where it is absent or of another type.
  [[nodiscard]] const std::vector<std::int64_t>& shape(std::string_view name) const;
  [[nodiscard]] std::vector<float> floats(std::string_view name) const;
  [[nodiscard]] std::vector<double> doubles(std::string_view name) const;
  [[nodiscard]] std::vector<std::int64_t> integers(std::string_view name) const;
  [[nodiscard]] std::span<const std::byte> bytes(
      std::string_view name) const;  // u8; as long as the file lives

 private:
  SafetensorsFile(std::filesystem::path path, std::shared_ptr<const core::MappedFile> file);

  [[nodiscard]] const StoredTensor& at(std::string_view name) const;
  [[nodiscard]] std::span<const std::byte> data(std::string_view name, DType wanted) const;
  template <class T>
  [[nodiscard]] std::vector<T> values(std::string_view name, DType wanted) const;

  std::filesystem::path path_;
  std::shared_ptr<const core::MappedFile> file_;
  SafetensorsHeader header_;
};

}  // namespace cuvae::io
