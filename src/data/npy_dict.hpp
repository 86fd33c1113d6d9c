// The header of an NPY file is the text of a Python dict. This reads exactly the dicts that numpy.save
// writes: it evaluates nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "src/data/header.hpp"

namespace cuvae::data {

struct NpyDict {
  std::string descr;  // e.g. "<f4"
  Layout layout = Layout::c;
  std::vector<std::int64_t> shape;
};

// `offset`: of the text in the file, for messages. Throws Error(data).
[[nodiscard]] NpyDict parse_npy_dict(std::string_view text, std::size_t offset, const std::string& source);

}  // namespace cuvae::data
