// Memory of a device: the caller's allocator, or CUDA's own pool.
#pragma once

#include <cstddef>
#include <unordered_map>

#include "cuvae/cuda.hpp"

namespace cuvae::cuda {

class DeviceMemory {
 public:
  static constexpr std::size_t kAlignment = 256;

  DeviceMemory(const Allocator& allocator, Stream stream) : allocator_(allocator), stream_(stream) {}
  DeviceMemory(const DeviceMemory&) = delete;
  DeviceMemory& operator=(const DeviceMemory&) = delete;

  // In the order of the stream, on the current device. Throws Error(out_of_memory).
  [[nodiscard]] std::byte* allocate(std::size_t bytes);
  void release(std::byte* memory) noexcept;

 private:
  Allocator allocator_;
  Stream stream_;
  std::unordered_map<std::byte*, std::size_t> sizes_;
};

}  // namespace cuvae::cuda
