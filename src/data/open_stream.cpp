#include "src/data/open_stream.hpp"

#include <filesystem>
#include <limits>

#include "src/core/read_error.hpp"
#include "src/data/data_file.hpp"
#include "src/data/npz_stream.hpp"
#include "src/data/packed_stream.hpp"
#include "src/data/png_folder_stream.hpp"
#include "src/data/several_stream.hpp"
#include "src/data/standard_input.hpp"

namespace cuvae::data {
namespace {

namespace fs = std::filesystem;

std::unique_ptr<ValueStream> open_folder(const Spec& spec) {
  if (!spec.part.empty())
    core::refuse(spec.text,
                 "it is a folder of pictures, of which no part can be named (':" + spec.part + "')",
                 "Leave out the colon and what follows it.");
  return std::make_unique<PngFolderStream>(spec.path);
}

std::unique_ptr<ValueStream> open_one(const Spec& spec, Missing missing) {
  const std::string& source = spec.text;
  if (spec.path == kStandardInput)
    return std::make_unique<PackedStream>(std::make_unique<StandardInput>(), source, "from stdin");
  if (std::error_code error; fs::is_directory(spec.path, error)) return open_folder(spec);
  const DataFile opened = open_data_file(spec);
  switch (opened.kind) {
    case DataFile::Kind::packed:
      return std::make_unique<PackedStream>(opened.content(source), source, opened.compressed ? "gzip" : "");
    case DataFile::Kind::table:
      return std::make_unique<CsvStream>(opened.content(source), source, spec.part, missing);
    case DataFile::Kind::archive:
      break;
  }
  return open_npz(spec.path, spec.part);
}

std::int64_t stored_bytes(const Spec& spec) {
  constexpr std::int64_t kUnknown = std::numeric_limits<std::int64_t>::max() / 8;
  std::error_code error;
  if (spec.path == kStandardInput) return kUnknown;
  if (!fs::is_directory(spec.path, error)) {
    const auto size = fs::file_size(spec.path, error);
    return error ? 0 : static_cast<std::int64_t>(size);
  }
  std::int64_t sum = 0;
  for (fs::directory_iterator entry(spec.path, error), end; !error && entry != end; entry.increment(error)) {
    const auto size = entry->file_size(error);
    if (!error) sum += static_cast<std::int64_t>(size);
    error.clear();
  }
  return sum;
}

}  // namespace

std::unique_ptr<ValueStream> open_stream(const std::vector<Spec>& specs, Missing missing) {
  if (specs.size() == 1) return open_one(specs.front(), missing);
  return std::make_unique<SeveralStream>(specs,
                                         [missing](const Spec& spec) { return open_one(spec, missing); });
}

std::unique_ptr<ValueStream> open_stream(const std::string& spec, Missing missing) {
  return open_stream(specs_of(spec), missing);
}

std::int64_t stored_bytes(const std::vector<Spec>& specs) {
  std::int64_t sum = 0;
  for (const Spec& spec : specs)
    sum = std::min(sum + stored_bytes(spec), std::numeric_limits<std::int64_t>::max() / 8);
  return sum;
}

}  // namespace cuvae::data
