#pragma once

#include <filesystem>
#include <span>

#include "src/io/array_writer.hpp"
#include "src/io/atomic_file.hpp"

namespace cuvae::io {

// An array of NumPy, row-major and little-endian. Rows to come need a file that is no pipe.
class NpyWriter : public ArrayWriter {
 public:
  NpyWriter(const std::filesystem::path& path, ArrayLayout layout);

 private:
  void write(std::span<const std::byte> values) override;
  void finish(const Pulse& pulse) override;

  AtomicFile file_;
  std::string header_;
};

// A whole array of float32 at once.
void write_npy(const std::filesystem::path& path, std::span<const float> values,
               std::span<const std::int64_t> shape);

}  // namespace cuvae::io
