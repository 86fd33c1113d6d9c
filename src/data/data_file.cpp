#include "src/data/data_file.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <string_view>
#include <system_error>

#include "src/core/check.hpp"
#include "src/core/read_error.hpp"
#include "src/core/shown.hpp"
#include "src/data/gzip.hpp"
#include "src/data/header.hpp"
#include "src/data/mapped_reader.hpp"

namespace cuvae::data {
namespace {

namespace fs = std::filesystem;

// Files of other programs by how they begin, and what to do about them.
struct Other {
  std::string_view start, what, mend;
};
constexpr std::array kOthers{
    Other{"\x89HDF", "it is an HDF5 file (.h5ad, .h5)",
          "Save its matrix by itself, in Python: scipy.sparse.save_npz('x.npz', adata.X.tocsr())."},
    Other{"\x89PNG", "it is one PNG picture", "Put the pictures into a folder, and name that."},
    Other{"\xff\xd8\xff", "it is a JPEG picture", "Convert pictures to PNG, and name their folder."},
    Other{"PAR1", "it is a Parquet file",
          "Save its numbers, in Python: numpy.save('x.npy', "
          "pandas.read_parquet('x.parquet').to_numpy('float32'))."},
    Other{"\x1f\x8b", "it is gzip inside gzip", "Unpack the outer one first: gunzip."},
    Other{"BZh", "it is compressed with bzip2", "Unpack it first, or use gzip."},
    Other{"\xfd"
          "7zXZ",
          "it is compressed with xz", "Unpack it first, or use gzip."},
    Other{"\x28\xb5\x2f\xfd", "it is compressed with zstd", "Unpack it first, or use gzip."},
    Other{"MATLAB", "it is a MATLAB file",
          "Save its matrix in Python: numpy.save('x.npy', scipy.io.loadmat('x.mat')['x'])."},
};

[[noreturn]] void refuse_absent(const Spec& spec) {
  const fs::path path(spec.path);
  std::vector<std::string> beside;
  constexpr std::size_t kMost = 1000;
  std::error_code error;
  if (fs::is_symlink(path, error))
    core::refuse(
        spec.text,
        "it is a link to '" + core::shown(fs::read_symlink(path, error).string()) + "', which is not there",
        "See where it leads (ls -l), and mend it.");
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end && beside.size() < kMost;
       entry.increment(error))
    beside.push_back(entry->path().filename().string());
  const std::string hint = detail::did_you_mean(path.filename().string(), beside);
  core::refuse(spec.text, std::generic_category().message(ENOENT),
               "Check the path" + (hint.empty() ? "" : " (" + hint + ")") +
                   "; built-in data is called builtin:shapes.");
}

bool is_text(std::string_view start) {
  return std::ranges::none_of(start, [](char c) {
    return static_cast<unsigned char>(c) < ' ' && c != '\t' && c != '\r' && c != '\n';
  });
}

bool is_pickle(std::string_view start) {  // of protocols 2 to 5
  return start.size() > 1 && start[0] == '\x80' && start[1] >= 2 && start[1] <= 5;
}

bool is_named_table(const fs::path& path) {
  const fs::path inner = path.extension() == ".gz" ? path.stem() : path.filename();
  return inner.extension() == ".csv" || inner.extension() == ".tsv";
}

DataFile::Kind kind_of(std::string_view start, const Spec& spec) {
  if (start.starts_with("PK\x03\x04") || start.starts_with("PK\x05\x06")) return DataFile::Kind::archive;
  if (is_packed(std::as_bytes(std::span(start)))) return DataFile::Kind::packed;
  for (const Other& other : kOthers) {
    if (start.starts_with(other.start)) core::refuse(spec.text, other.what, other.mend);
  }
  if (is_pickle(start))
    core::refuse(spec.text, "it is a Python pickle, which is never read",
                 "Save arrays in Python with numpy.save.");
  if (start.size() > 8 && start[8] == '{')
    core::refuse(spec.text, "it looks like a checkpoint (safetensors)", "Name data here: rows of numbers.");
  if (is_text(start) || is_named_table(spec.path)) return DataFile::Kind::table;
  core::refuse(
      spec.text, "its first bytes are those of neither IDX nor NPY (nor NPZ, gzip or text)",
      "Give IDX (MNIST's format), .npy or .npz of numpy.save and savez, CSV, or a folder of PNG pictures.");
}

}  // namespace

std::unique_ptr<ByteReader> DataFile::content(const std::string& source) const {
  if (compressed) return std::make_unique<GzipReader>(file, source);
  return std::make_unique<MappedReader>(file);
}

DataFile open_data_file(const Spec& spec) {
  if (std::error_code error; !fs::exists(spec.path, error) && !error) refuse_absent(spec);
  DataFile opened{.file = core::MappedFile::open(spec.path)};
  if (opened.file->bytes().empty())
    core::refuse(spec.text, "the file is empty", "Write or download it again.");
  opened.compressed = is_gzip(opened.file->bytes());
  std::string start(kHeaderBytes, '\0');
  start.resize(opened.content(spec.text)->read(std::as_writable_bytes(std::span(start))));
  if (start.empty()) core::refuse(spec.text, "its content is empty", "Write or download the file again.");
  opened.kind = kind_of(start, spec);
  if (opened.kind == DataFile::Kind::archive && opened.compressed)
    core::refuse(spec.text, "it is a zip archive inside gzip", "Unpack the gzip first: gunzip.");
  if (opened.kind == DataFile::Kind::packed && !spec.part.empty())
    core::refuse(spec.text, "it is one array, of which no part can be named (':" + spec.part + "')",
                 "Leave out the colon and what follows it.");
  return opened;
}

}  // namespace cuvae::data
