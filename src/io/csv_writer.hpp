#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "src/io/array_writer.hpp"
#include "src/io/atomic_file.hpp"
#include "src/io/gzip_encoder.hpp"

namespace cuvae::io {

enum class Compression { none, gzip };

// A line with the names of the columns (c0, c1, ... where the layout has none), then a line for each row.
// Numbers are the shortest text that reads back as the same value of their type; a bool is 0 or 1.
class CsvWriter : public ArrayWriter {
 public:
  CsvWriter(const std::filesystem::path& path, ArrayLayout layout, char delimiter, Compression compression);

 private:
  void write(std::span<const std::byte> values) override;
  void finish(const Pulse& pulse) override;
  void write_names();
  void pass_on();

  AtomicFile file_;
  std::optional<GzipEncoder> gzip_;
  char delimiter_;
  std::int64_t columns_, column_ = 0;  // of the next value
  std::string text_;                   // not yet written
};

}  // namespace cuvae::io
