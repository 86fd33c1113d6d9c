#pragma once

#include <memory>
#include <string>
#include <vector>

#include "src/data/dataset_impl.hpp"
#include "src/data/header.hpp"
#include "src/data/spec.hpp"

namespace cuvae::data {

// The files that a spec means (spec.hpp) as a scanned data set. Throws Error(data, out_of_memory).
[[nodiscard]] std::shared_ptr<const Dataset::Impl> from_file(const std::string& text);

// How a header's values make rows: all of an Impl but the values, where they come from, and what only they
// tell.
void lay_out(Dataset::Impl& impl, const Header& header);

// Whether from_file() leaves the values where they are.
[[nodiscard]] bool is_mapped(const std::vector<Spec>& specs);

}  // namespace cuvae::data
