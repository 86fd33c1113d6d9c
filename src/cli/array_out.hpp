// The rows of numbers that a command writes.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "src/io/array_format.hpp"

namespace cuvae::cli {

// float32 [rows, columns] in the format that the ending of `out` says; `names` of the columns, where they
// have some.
[[nodiscard]] std::unique_ptr<io::ArrayWriter> rows_to(const std::string& out, std::int64_t rows,
                                                       std::int64_t columns,
                                                       std::vector<std::string> names = {});

// Throws Stopped, and nothing is written, where a signal asks for it meanwhile.
void commit(io::ArrayWriter& rows);

// What was done, for people: on stderr where the result itself went to stdout.
void print_done(const std::string& out, std::string_view text);

}  // namespace cuvae::cli
