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
// grow with them, but where they are in Fortran order and compressed or from stdin: these are loaded. Throws
// Error(data, out_of_memory); Error(invalid_argument) for built-in data that there is not.
[[nodiscard]] OpenedRows open_rows(const std::string& spec, Missing missing = Missing::refused);

// Whether the files of the data are large enough for the memory that one row of it takes, `more` bytes for
// each value besides the value itself. If not, nobody should take it before check() has seen all of them.
// Throws Error(out_of_memory) where the machine has less.
[[nodiscard]] bool vouches_for_row(const ValueStream& stream, const std::string& spec, std::int64_t more);

}  // namespace cuvae::data
