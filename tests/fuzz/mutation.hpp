#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace cuvae::fuzz {

// Changes the first `size` bytes of `room` for a target, and says how many there are then. Lengths and
// checksums are mostly kept right: a reader looks at them first, and would see nothing else.
[[nodiscard]] std::size_t mutate(std::string_view target, std::span<std::uint8_t> room, std::size_t size,
                                 unsigned seed);

}  // namespace cuvae::fuzz
