// The elements of an arena that belong to no tensor.
#pragma once

#include <vector>

#include "src/model/layout.hpp"

namespace cuvae::test {

// True where the arena holds padding.
[[nodiscard]] std::vector<bool> padding_of(const model::Layout& layout);

// Elements of the padding that are not +0 or -0; what an arena must never have.
[[nodiscard]] int dirty_padding(const model::Layout& layout, const std::vector<float>& arena);

}  // namespace cuvae::test
