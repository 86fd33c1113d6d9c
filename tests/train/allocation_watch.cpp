#include "train/allocation_watch.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <new>

namespace {

std::atomic<std::int64_t> count = 0;

struct Recorder {
  std::array<std::int64_t, 256> sizes;
  std::size_t used = 0;
  bool on = false;
};
thread_local Recorder recorder;

}  // namespace

void* operator new(std::size_t bytes) {
  ++count;
  if (void* block = std::malloc(std::max(bytes, std::size_t{1}))) return block;
  throw std::bad_alloc();
}
void operator delete(void* block) noexcept { std::free(block); }
void operator delete(void* block, std::size_t) noexcept { std::free(block); }

extern "C" void* aligned_alloc(std::size_t alignment, std::size_t bytes) noexcept {
  ++count;
  if (recorder.on && recorder.used < recorder.sizes.size()) {
    recorder.sizes[recorder.used++] = static_cast<std::int64_t>(bytes);
  }
  void* block = nullptr;
  return posix_memalign(&block, alignment, bytes) == 0 ? block : nullptr;
}

namespace cuvae::test {

std::int64_t allocations() { return count; }

AlignedAllocations::AlignedAllocations() { recorder.used = 0, recorder.on = true; }
AlignedAllocations::~AlignedAllocations() { recorder.on = false; }
std::vector<std::int64_t> AlignedAllocations::sizes() const {
  const auto begin = recorder.sizes.begin();
  return {begin, begin + static_cast<std::ptrdiff_t>(recorder.used)};
}

}  // namespace cuvae::test
