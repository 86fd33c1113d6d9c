#include "data/allocation_watch.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <new>
#include <string>

namespace {

thread_local std::size_t largest = 0;

}  // namespace

void* operator new(std::size_t bytes) {
  largest = std::max(largest, bytes);
  if (void* block = std::malloc(std::max(bytes, std::size_t{1}))) return block;
  throw std::bad_alloc();
}
void* operator new[](std::size_t bytes) { return operator new(bytes); }
void operator delete(void* block) noexcept { std::free(block); }
void operator delete(void* block, std::size_t) noexcept { std::free(block); }
void operator delete[](void* block) noexcept { std::free(block); }
void operator delete[](void* block, std::size_t) noexcept { std::free(block); }

void* operator new(std::size_t bytes, std::align_val_t alignment, const std::nothrow_t&) noexcept {
  largest = std::max(largest, bytes);
  const auto unit = static_cast<std::size_t>(alignment);
  return std::aligned_alloc(unit, (bytes + unit - 1) / unit * unit);
}
void operator delete(void* block, std::align_val_t) noexcept { std::free(block); }

namespace cuvae::test {

void forget_allocations() { largest = 0; }
std::size_t largest_allocation() { return largest; }

void forget_peak_memory() { std::ofstream("/proc/self/clear_refs") << "5"; }

std::size_t peak_memory() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    std::size_t kilobytes = 0;
    if (word == "VmHWM:" && status >> kilobytes) return kilobytes * 1024;
  }
  return 0;
}

}  // namespace cuvae::test
