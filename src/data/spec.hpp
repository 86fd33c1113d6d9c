// How data is named: "rows.npy", "arrays.npz:x", "table.csv:a,b", "parts-*.npy", "-", "builtin:shapes:500";
// several files, one name to a line, are one data set.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cuvae::data {

// One file or folder, and the part of it that is meant: an array of an archive, columns of a table.
struct Spec {
  std::string text;  // as it was given
  std::string path;
  std::string part;  // empty: the format's own choice
};

[[nodiscard]] inline bool is_builtin(std::string_view spec) { return spec.starts_with("builtin:"); }

// The files that are meant, at least one: lines apart, and patterns (*, ?, [...]) replaced by what they
// match, in the order of its bytes; a name that is there is no pattern. Throws Error(data) where a pattern
// matches nothing, Error(invalid_argument) for built-in data among them.
[[nodiscard]] std::vector<Spec> specs_of(const std::string& text);

// What messages call them: the first, and how many more.
[[nodiscard]] std::string name_of(const std::vector<Spec>& specs);

}  // namespace cuvae::data
