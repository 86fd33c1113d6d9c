#pragma once

#include "src/data/data_file.hpp"
#include "src/data/load.hpp"

namespace cuvae::data {

// The values of an uncompressed IDX or NPY file where they are: nothing is read but the header, nothing
// copied. The file holds exactly what its header declares. Throws Error(data).
[[nodiscard]] Loaded map_values(const DataFile& opened, const std::string& source);

}  // namespace cuvae::data
