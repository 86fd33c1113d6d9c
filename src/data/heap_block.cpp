#include "src/data/heap_block.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <new>
#include <string>

#include "cuvae/error.hpp"

namespace cuvae::data {
namespace {

// Linux promises memory it does not have and kills whoever uses it; so the promise is checked first.
bool exceeds_machine(std::int64_t bytes) {
  const std::int64_t pages = ::sysconf(_SC_PHYS_PAGES), page_bytes = ::sysconf(_SC_PAGESIZE);
  return pages > 0 && page_bytes > 0 && bytes / page_bytes >= pages;
}

[[noreturn]] void refuse(std::int64_t bytes, std::string_view source) {
  throw Error(
      Errc::out_of_memory,
      "'" + std::string(source) + "' needs " + std::to_string(bytes) +
          " bytes of memory, more than this machine can give.\n"
          "Use fewer rows, or an uncompressed .npy file (cuvae convert): those are mapped, not loaded.");
}

}  // namespace

void require_memory(std::int64_t bytes, std::string_view source) {
  if (exceeds_machine(bytes)) refuse(bytes, source);
}

std::shared_ptr<std::byte[]> allocate_block(std::int64_t bytes, std::string_view source) {
  require_memory(bytes, source);
  constexpr std::size_t kHugePage = std::size_t{2} << 20;
  const auto size = static_cast<std::size_t>(bytes);
  const std::align_val_t alignment{size >= 2 * kHugePage ? kHugePage : alignof(std::max_align_t)};
  void* const block = ::operator new(size, alignment, std::nothrow);
  if (block == nullptr) refuse(bytes, source);
  // The first touch of small pages would cost about a fifth of what it costs to inflate into them.
  if (alignment == std::align_val_t{kHugePage}) (void)::madvise(block, size, MADV_HUGEPAGE);
  return {static_cast<std::byte*>(block),
          [alignment](std::byte* taken) { ::operator delete(taken, alignment); }};
}

}  // namespace cuvae::data
