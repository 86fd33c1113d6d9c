#include "src/io/array_format.hpp"

#include <array>
#include <utility>

#include "src/core/check.hpp"
#include "src/io/csv_writer.hpp"
#include "src/io/npy_writer.hpp"
#include "src/io/npz_writer.hpp"

namespace cuvae::io {
namespace {

using Writer = std::unique_ptr<ArrayWriter>;

template <char kDelimiter, Compression kCompression>
Writer write_csv(const std::filesystem::path& path, ArrayLayout layout) {
  return std::make_unique<CsvWriter>(path, std::move(layout), kDelimiter, kCompression);
}

Writer write_npz(const std::filesystem::path& path, ArrayLayout layout) {
  return std::make_unique<NpzWriter>(path, std::move(layout));
}

Writer write_npy_rows(const std::filesystem::path& path, ArrayLayout layout) {
  return std::make_unique<NpyWriter>(path, std::move(layout));
}

struct ArrayFormat {
  std::string_view ending;
  Writer (*write)(const std::filesystem::path& path, ArrayLayout layout);
};

constexpr std::array kArrayFormats{
    ArrayFormat{".npy", write_npy_rows},
    ArrayFormat{".npz", write_npz},
    ArrayFormat{".csv", write_csv<',', Compression::none>},
    ArrayFormat{".tsv", write_csv<'\t', Compression::none>},
    ArrayFormat{".csv.gz", write_csv<',', Compression::gzip>},
    ArrayFormat{".tsv.gz", write_csv<'\t', Compression::gzip>},
};

const ArrayFormat* format_of(const std::filesystem::path& path) {
  if (path == kStandardOutput) return &kArrayFormats[0];
  const std::string name = path.filename().string();
  for (const ArrayFormat& format : kArrayFormats) {
    if (name.size() > format.ending.size() && name.ends_with(format.ending)) return &format;
  }
  return nullptr;
}

}  // namespace

bool is_array_file(const std::filesystem::path& path) { return format_of(path) != nullptr; }

std::unique_ptr<ArrayWriter> write_array(const std::filesystem::path& path, ArrayLayout layout) {
  const ArrayFormat* format = format_of(path);
  CUVAE_REQUIRE(format != nullptr, "'" + path.string() + "' must end in " + std::string(kArrayEndings));
  return format->write(path, std::move(layout));
}

}  // namespace cuvae::io
