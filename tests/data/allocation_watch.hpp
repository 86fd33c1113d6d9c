// Watches operator new in the whole test executable.
#pragma once

#include <cstddef>

namespace cuvae::test {

void forget_allocations();

// The most bytes asked for at once since then.
[[nodiscard]] std::size_t largest_allocation();

}  // namespace cuvae::test
