#pragma once

#include <memory>
#include <string>

#include "src/data/csv_stream.hpp"
#include "src/data/value_stream.hpp"

namespace cuvae::data {

struct OpenedRows {
  std::unique_ptr<ValueStream> values;
  Layout stored = Layout::c;
};

// The values of data, built-in data too, row by row in C order, as they are stored otherwise. Memory does not
// grow with them, but where they are in Fortran order and compressed or from stdin: these are loaded. Whoever
// reads them holds a row, and as much again of each value a few times; where the files are too small to vouch
// for that, they have been read to their end before. Throws Error(data, out_of_memory);
// Error(invalid_argument) for built-in data that there is not.
[[nodiscard]] OpenedRows open_rows(const std::string& spec, Missing missing = Missing::refused);

}  // namespace cuvae::data
