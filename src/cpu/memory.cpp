#include "src/cpu/memory.hpp"

#include <cstdlib>
#include <cstring>
#include <string>

#include "cuvae/error.hpp"

namespace cuvae::cpu {

std::byte* allocate_zeroed(std::int64_t bytes) {
  const std::size_t size = (static_cast<std::size_t>(bytes) + 255) / 256 * 256;
  void* memory = std::aligned_alloc(256, size == 0 ? 256 : size);
  if (memory == nullptr) {
    throw Error(Errc::out_of_memory, "out of memory: " + std::to_string(bytes) +
                                         " bytes could not be allocated\nA smaller --batch or --hidden needs "
                                         "less; --dry-run prints the table.");
  }
  std::memset(memory, 0, size == 0 ? 256 : size);
  return static_cast<std::byte*>(memory);
}

void release_memory(std::byte* memory) noexcept { std::free(memory); }

}  // namespace cuvae::cpu
