#include "src/data/spec.hpp"

#include <glob.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <sstream>

#include "cuvae/error.hpp"
#include "src/core/read_error.hpp"
#include "src/core/shown.hpp"
#include "src/data/standard_input.hpp"

namespace cuvae::data {
namespace {

bool is_there(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::exists(std::filesystem::symlink_status(path, ignored));
}

bool is_pattern(std::string_view text) { return text.find_first_of("*?[") != std::string_view::npos; }

std::vector<std::string> matches(const std::string& pattern) {
  glob_t found{};
  const std::unique_ptr<glob_t, decltype(&::globfree)> freed(&found, &::globfree);
  if (::glob(pattern.c_str(), GLOB_NOSORT, nullptr, &found) != 0) return {};
  std::vector<std::string> paths(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  std::ranges::sort(paths);
  return paths;
}

// The path before the last colon behind which a part may stand; npos: there is none.
std::size_t part_after(const std::string& text, const auto& is_path) {
  for (std::size_t colon = text.rfind(':'); colon != std::string::npos && colon > 0;
       colon = text.rfind(':', colon - 1)) {
    if (is_path(text.substr(0, colon))) return colon;
  }
  return std::string::npos;
}

std::string part_of(const std::string& text, std::size_t colon) {
  if (colon + 1 == text.size())
    core::refuse(text, "nothing is named after the colon",
                 "Name a part, such as 'table.csv:a,b', or leave it out.");
  return text.substr(colon + 1);
}

Spec one_of(const std::string& text) {
  if (text == kStandardInput || is_there(text)) return {text, text, {}};
  const std::size_t colon = part_after(text, is_there);
  if (colon == std::string::npos) return {text, text, {}};
  return {text, text.substr(0, colon), part_of(text, colon)};
}

void append_matches(const std::string& text, std::vector<Spec>& all) {
  std::vector<std::string> found = matches(text);
  std::string part;
  if (found.empty()) {
    const std::size_t colon = part_after(
        text, [&](const std::string& path) { return is_pattern(path) && !(found = matches(path)).empty(); });
    if (colon == std::string::npos)
      core::refuse(text, "no file matches this pattern", "Check it with ls; quote it in a shell.");
    part = part_of(text, colon);
  }
  for (const std::string& path : found) all.push_back({part.empty() ? path : path + ":" + part, path, part});
}

}  // namespace

std::vector<Spec> specs_of(const std::string& text) {
  std::vector<Spec> all;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (is_builtin(line))
      throw Error(Errc::invalid_argument, "'" + core::shown(line) + "' is built-in data, which stands alone" +
                                              "\nGive it by itself, or only names of files.");
    const Spec one = one_of(line);
    if (one.part.empty() && is_pattern(line) && !is_there(line)) {
      append_matches(line, all);
    } else {
      all.push_back(one);
    }
  }
  if (all.empty()) core::refuse(text, "the name is empty", "Name a file, or builtin:shapes.");
  if (all.size() > 1 && std::ranges::find(all, kStandardInput, &Spec::path) != all.end())
    throw Error(Errc::invalid_argument, "'-' is NPY on stdin, which stands alone\nSave it to a file first.");
  return all;
}

std::string name_of(const std::vector<Spec>& specs) {
  const std::string& first = specs.front().text;
  return specs.size() == 1 ? first : first + " and " + std::to_string(specs.size() - 1) + " more";
}

}  // namespace cuvae::data
