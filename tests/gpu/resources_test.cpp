// A trainer on the caller's stream, allocator and workspace.
#include <gtest/gtest.h>

#include <map>

#include "data/sample_files.hpp"
#include "gpu/device_array.hpp"
#include "support/gpu.hpp"
#include "train/jobs.hpp"

namespace cuvae::test {
namespace {

using ResourcesOnGpu = OnGpu;

// Counts what it gives, and refuses beyond a limit.
struct Counting {
  std::map<void*, std::size_t> given;
  std::size_t total = 0, limit = std::size_t{1} << 40, mistakes = 0;

  [[nodiscard]] cuda::Allocator allocator() { return {&allocate, &deallocate, this}; }
  static void* allocate(void* user, cuda::Stream stream, std::size_t bytes, std::size_t alignment) {
    auto& self = *static_cast<Counting*>(user);
    void* memory = nullptr;
    if (alignment > 256 || self.total + bytes > self.limit) return nullptr;
    if (cudaMallocAsync(&memory, bytes, stream) != cudaSuccess) return nullptr;
    self.given[memory] = bytes;
    self.total += bytes;
    return memory;
  }
  static void deallocate(void* user, cuda::Stream stream, void* memory, std::size_t bytes, std::size_t) {
    auto& self = *static_cast<Counting*>(user);
    if (self.given[memory] != bytes) ++self.mistakes;
    self.given.erase(memory);
    self.total -= bytes;
    static_cast<void>(cudaFreeAsync(memory, stream));
  }
};

TEST_F(ResourcesOnGpu, GiveTheSameBitsAndAreReturned) {
  const Job job = small_job();
  Trainer own(job.model, job.train, Device::cuda());
  fit(own, job);
  const OwnedStream stream;
  Counting memory;
  void* workspace = nullptr;
  constexpr std::size_t kWorkspace = std::size_t{64}
                                     << 20;  // as much as cuvae's own, for the same algorithms
  ASSERT_EQ(cudaMalloc(&workspace, kWorkspace), cudaSuccess);
  {
    Trainer lent = cuda::make_trainer(job.model, job.train,
                                      {.stream = stream.get(),
                                       .allocator = memory.allocator(),
                                       .workspace = workspace,
                                       .workspace_bytes = kWorkspace});
    fit(lent, job);
    EXPECT_FALSE(memory.given.empty());
    EXPECT_EQ(arena_bits(lent), arena_bits(own));
  }
  EXPECT_TRUE(memory.given.empty());
  EXPECT_EQ(memory.mistakes, 0u);
  static_cast<void>(cudaFree(workspace));
}

TEST_F(ResourcesOnGpu, ThatDoNotSufficeAreAnErrorThatSaysWhatWould) {
  Job job = small_job();
  job.train.batch = 1 << 20;
  const OwnedStream stream;
  Counting memory;
  memory.limit = std::size_t{100} << 20;
  expect_error(Errc::out_of_memory, {"out of memory on cuda:0", "The largest parts: activations"}, [&] {
    static_cast<void>(
        cuda::make_trainer(job.model, job.train, {.stream = stream.get(), .allocator = memory.allocator()}));
  });
  EXPECT_TRUE(memory.given.empty());
}

}  // namespace
}  // namespace cuvae::test
