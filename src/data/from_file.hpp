#pragma once

#include <memory>
#include <string>

#include "src/data/dataset_impl.hpp"

namespace cuvae::data {

// The files that a spec means (spec.hpp) as a scanned data set. Throws Error(data, out_of_memory).
[[nodiscard]] std::shared_ptr<const Dataset::Impl> from_file(const std::string& text);

}  // namespace cuvae::data
