#pragma once

#include <memory>
#include <string>

#include "src/data/dataset_impl.hpp"

namespace cuvae::data {

// An IDX or NPY file as a scanned data set. Throws Error(data, out_of_memory).
[[nodiscard]] std::shared_ptr<const Dataset::Impl> from_file(const std::string& path);

}  // namespace cuvae::data
