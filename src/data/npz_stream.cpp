#include "src/data/npz_stream.hpp"

#include <algorithm>

#include "src/core/check.hpp"
#include "src/core/read_error.hpp"
#include "src/core/shown.hpp"
#include "src/data/csr_stream.hpp"
#include "src/data/npz_archive.hpp"

namespace cuvae::data {
namespace {

constexpr std::size_t kMostListed = 6;

// "images (60000 x 28 x 28, u1)"; the name alone where the header cannot be read.
std::string listed(const NpzArchive& archive, const std::string& name) {
  const std::string known = core::shown(name, 40);
  try {
    const NpyDict dict = archive.header(name).dict;
    const std::size_t type = dict.descr.find_first_not_of("<>|=");
    const std::string shape = dict.shape.empty() ? "one value" : shape_text({.shape = dict.shape});
    return known + " (" + shape + ", " +
           core::shown(std::string_view(dict.descr).substr(std::min(type, dict.descr.size())), 20) + ")";
  } catch (const Error&) {
    return known;
  }
}

std::string list_of(const NpzArchive& archive) {
  const std::vector<std::string>& names = archive.names();
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), kMostListed); ++i)
    text += (i == 0 ? "" : ", ") + listed(archive, names[i]);
  if (names.size() > kMostListed) text += " and " + std::to_string(names.size() - kMostListed) + " more";
  return text;
}

// Archives of other programs.
void refuse_others(const NpzArchive& archive) {
  if (archive.has_member("xl/workbook.xml"))
    core::refuse(archive.path(), "it is an Excel workbook", "Save its sheet as CSV (UTF-8).");
  if (archive.has_member("/data.pkl"))
    core::refuse(archive.path(), "it is a PyTorch file, which holds a pickle",
                 "Save its array, in Python: numpy.save('x.npy', tensor.numpy()).");
}

std::string only_name(const NpzArchive& archive) {
  const std::vector<std::string>& names = archive.names();
  if (names.empty()) refuse_others(archive);
  if (names.empty())
    core::refuse(archive.path(), "it is a zip archive without arrays (members that end in .npy)",
                 "Give one written by numpy.savez or scipy.sparse.save_npz.");
  if (names.size() > 1)
    core::refuse(archive.path(), "it holds " + std::to_string(names.size()) + " arrays: " + list_of(archive),
                 "Name one of them: " + archive.source(core::shown(names.front(), 40)) + ".");
  return names.front();
}

std::string name_for(const NpzArchive& archive, const std::string& key) {
  if (archive.has(key)) return key;
  if (key.ends_with(".npy") && archive.has(key.substr(0, key.size() - 4)))
    return key.substr(0, key.size() - 4);
  const std::string hint = detail::did_you_mean(key, archive.names());
  core::refuse(archive.path(),
               "it has no array '" + core::shown(key, 40) + "'" + (hint.empty() ? "" : " (" + hint + ")"),
               archive.names().empty() ? "It has none (members that end in .npy)."
                                       : "It has " + list_of(archive) + ".");
}

}  // namespace

std::vector<NamedArray> arrays_to_choose_from(const std::string& path) {
  const NpzArchive archive(path);
  std::vector<NamedArray> arrays;
  if (archive.names().size() < 2 || is_sparse_matrix(archive)) return arrays;
  for (const std::string& name : archive.names()) {
    try {
      const NpyDict dict = archive.header(name).dict;
      arrays.push_back({name, dict.descr, dict.shape});
    } catch (const Error&) {
      arrays.push_back({name, "", {}});
    }
  }
  return arrays;
}

std::unique_ptr<ValueStream> open_npz(const std::string& path, const std::string& key) {
  const NpzArchive archive(path);
  if (!key.empty()) return archive.values(name_for(archive, key));
  if (is_sparse_matrix(archive)) return std::make_unique<CsrStream>(archive);
  return archive.values(only_name(archive));
}

}  // namespace cuvae::data
