#pragma once

#include <filesystem>
#include <optional>

#include "src/io/array_writer.hpp"
#include "src/io/atomic_file.hpp"
#include "src/io/scratch_file.hpp"

namespace cuvae::io {

// An archive of one array, as numpy.savez_compressed writes it: the member arr_0.npy, deflated. Its values
// wait in a scratch file beside it and are deflated by commit().
class NpzWriter : public ArrayWriter {
 public:
  NpzWriter(const std::filesystem::path& path, ArrayLayout layout);

 private:
  void write(std::span<const std::byte> values) override;
  void finish(const Pulse& pulse) override;

  std::filesystem::path path_;
  AtomicFile file_;
  std::optional<ScratchFile> values_;
  std::string header_;
};

}  // namespace cuvae::io
