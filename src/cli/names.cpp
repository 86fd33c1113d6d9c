#include "src/cli/names.hpp"

#include <algorithm>
#include <sstream>

#include "cuvae/error.hpp"
#include "src/cli/output.hpp"
#include "src/core/shown.hpp"

namespace cuvae::cli {
namespace {

std::vector<std::string> sorted(std::vector<std::string> names) {
  std::ranges::sort(names);
  return names;
}

}  // namespace

std::string text_of_names(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += name + "\n";
  return text;
}

std::vector<std::string> names_in(const std::string& text) {
  std::vector<std::string> names;
  std::istringstream lines(text);
  for (std::string name; std::getline(lines, name);) names.push_back(name);
  return names;
}

std::string shown_names(const std::vector<std::string>& names) {
  constexpr std::size_t kMost = 8;
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), kMost); ++i)
    text += (i == 0 ? "" : ", ") + core::shown(names[i], 40);
  return names.size() > kMost ? text + ", ... (" + std::to_string(names.size()) + ")" : text;
}

std::string text_of_columns(const Dataset& data) {
  constexpr std::size_t kLongest = std::size_t{1} << 19;
  std::string text;
  for (const std::string& name : data.column_names()) {
    if (core::shown(name, name.size()) != name || text.size() + name.size() >= kLongest) return "";
    text += name + "\n";
  }
  return text;
}

std::vector<std::string> columns_of(const Vae& vae) {
  const auto note = vae.metadata().find(kColumnNamesNote);
  if (note == vae.metadata().end()) return {};
  std::vector<std::string> names = names_in(note->second);
  if (std::ssize(names) != vae.config().data_dim) names.clear();
  return names;
}

void require_same_columns(const Dataset& data, const std::vector<std::string>& trained,
                          const std::string& trained_on) {
  const std::vector<std::string>& names = data.column_names();
  if (trained.empty() || names.size() != trained.size() || names == trained) return;
  if (sorted(names) != sorted(trained)) {
    print("cuvae: note: the columns of " + core::shown(data.source(), core::kLongestPath) + " are called " +
              shown_names(names) + ", those of " + trained_on + " " + shown_names(trained) + "\n",
          Stream::err);
    return;
  }
  throw Error(Errc::data, data.source() + ": its columns are in another order, " + shown_names(names) +
                              ", than those of " + trained_on + ", " + shown_names(trained) +
                              "\nName them in that order: 'table.csv:a,b'.");
}

}  // namespace cuvae::cli
