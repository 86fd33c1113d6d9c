#include "src/data/heap_block.hpp"

#include <unistd.h>

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
  try {
    return std::shared_ptr<std::byte[]>(new std::byte[static_cast<std::size_t>(bytes)]);
  } catch (const std::bad_alloc&) {
    refuse(bytes, source);
  }
}

}  // namespace cuvae::data
