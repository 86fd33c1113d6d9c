// Counts what the whole test executable allocates: by operator new, and by std::aligned_alloc, which is where
// the CPU backend takes its buffers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace cuvae::test {

// Of either kind, in any thread, so far.
[[nodiscard]] std::int64_t allocations();

// The aligned ones of the calling thread while this lives.
class AlignedAllocations {
 public:
  AlignedAllocations();
  ~AlignedAllocations();
  AlignedAllocations(const AlignedAllocations&) = delete;
  AlignedAllocations& operator=(const AlignedAllocations&) = delete;
  [[nodiscard]] std::vector<std::int64_t> sizes() const;
};

}  // namespace cuvae::test
