// Zeroed, aligned host memory.
#pragma once

#include <cstddef>
#include <cstdint>

namespace cuvae::cpu {

// Aligned to 256 bytes. Throws Error(out_of_memory).
[[nodiscard]] std::byte* allocate_zeroed(std::int64_t bytes);
void release_memory(std::byte* memory) noexcept;

}  // namespace cuvae::cpu
