// From the name of data to its values.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "src/data/csv_stream.hpp"
#include "src/data/spec.hpp"
#include "src/data/value_stream.hpp"

namespace cuvae::data {

// What a file is, its first bytes say: IDX, NPY or a table in text, any of them gzipped; NPZ; a folder is one
// of pictures. Several files are read one after the other. Built-in data is no stream. Throws Error(data).
[[nodiscard]] std::unique_ptr<ValueStream> open_stream(const std::vector<Spec>& specs,
                                                       Missing missing = Missing::refused);
[[nodiscard]] std::unique_ptr<ValueStream> open_stream(const std::string& spec,
                                                       Missing missing = Missing::refused);

// Bytes on the disk; of what cannot be read twice, more than any file has.
[[nodiscard]] std::int64_t stored_bytes(const std::vector<Spec>& specs);

}  // namespace cuvae::data
