// Watches operator new in the whole test executable, and the memory of its process.
#pragma once

#include <cstddef>

namespace cuvae::test {

void forget_allocations();

// The most bytes asked for at once since then.
[[nodiscard]] std::size_t largest_allocation();

// The most bytes of memory that the process had since the last forget_peak_memory(), however it got them.
void forget_peak_memory();
[[nodiscard]] std::size_t peak_memory();

}  // namespace cuvae::test
