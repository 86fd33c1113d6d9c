#include "src/cuda/device_memory.hpp"

#include <string>

#include "cuvae/error.hpp"
#include "src/cuda/check.hpp"

namespace cuvae::cuda {

std::byte* DeviceMemory::allocate(std::size_t bytes) {
  void* memory = nullptr;
  if (allocator_.allocate == nullptr) {
    CUVAE_CUDA_CHECK(cudaMallocAsync(&memory, bytes, stream_));
  } else {
    memory = allocator_.allocate(allocator_.user, stream_, bytes, kAlignment);
  }
  if (memory == nullptr)
    throw Error(Errc::out_of_memory,
                "out of memory: the allocator has no " + std::to_string(bytes) + " bytes");
  auto* address = static_cast<std::byte*>(memory);
  sizes_[address] = bytes;
  return address;
}

void DeviceMemory::release(std::byte* memory) noexcept {
  const auto found = sizes_.find(memory);
  if (found == sizes_.end()) return;
  if (allocator_.deallocate == nullptr) {
    static_cast<void>(cudaFreeAsync(memory, stream_));
  } else {
    allocator_.deallocate(allocator_.user, stream_, memory, found->second, kAlignment);
  }
  sizes_.erase(found);
}

}  // namespace cuvae::cuda
