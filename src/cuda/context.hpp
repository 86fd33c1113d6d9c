// Where a CUDA backend works: a device, its streams, and memory. One per backend; nothing is global.
#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
#include <cstdint>
#include <new>
#include <optional>

#include "cuvae/cuda.hpp"
#include "src/cuda/check.hpp"
#include "src/cuda/device_memory.hpp"
#include "src/cuda/handle.hpp"
#include "src/cuda/lt_library.hpp"

namespace cuvae::cuda {

// Of compute capabilities.
inline constexpr int kOldestMajor = 8;

using OwnStream = Unique<cudaStream_t, cudaStreamDestroy>;
using Event = Unique<cudaEvent_t, cudaEventDestroy>;

[[nodiscard]] OwnStream make_stream();
[[nodiscard]] Event make_event();

// The device of a context is the thread's current one as long as this lives; then the caller's is again.
class OnDevice {
 public:
  explicit OnDevice(int device) {
    CUVAE_CUDA_CHECK(cudaGetDevice(&before_));
    if (before_ != device) CUVAE_CUDA_CHECK(cudaSetDevice(device));
    changed_ = before_ != device;
  }
  // For destructors: where CUDA fails, there is nothing left to do.
  OnDevice(int device, std::nothrow_t) noexcept {
    changed_ =
        cudaGetDevice(&before_) == cudaSuccess && before_ != device && cudaSetDevice(device) == cudaSuccess;
  }
  ~OnDevice() {
    if (changed_) static_cast<void>(cudaSetDevice(before_));
  }
  OnDevice(const OnDevice&) = delete;
  OnDevice& operator=(const OnDevice&) = delete;

 private:
  int before_ = 0;
  bool changed_ = false;
};

class Context {
 public:
  // Throws Error(device) where the GPU is absent, too old, or its driver is.
  explicit Context(const Resources& resources);
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context();

  [[nodiscard]] int device() const { return resources_.device; }
  [[nodiscard]] const cudaDeviceProp& properties() const { return properties_; }
  [[nodiscard]] bool is_hopper_or_later() const { return properties_.major >= 9; }

  // The caller's stream, or one of cuvae's own: everything is ordered by it.
  [[nodiscard]] cudaStream_t main() const { return main_; }
  [[nodiscard]] cudaStream_t side() const { return side_.get(); }        // branches of a step
  [[nodiscard]] cudaStream_t copies() const { return copies_.get(); }    // rows on their way
  [[nodiscard]] cudaStream_t capture() const { return capture_.get(); }  // a step as it is recorded
  [[nodiscard]] Workspace main_workspace() const { return {workspace_, workspace_bytes_}; }
  [[nodiscard]] Workspace side_workspace() const;
  [[nodiscard]] std::size_t workspace_bytes() const { return workspace_bytes_; }  // of each

  [[nodiscard]] DeviceMemory& memory() { return *memory_; }
  // Without limit where the caller allocates: what its pool holds cannot be known, and it will say so itself.
  [[nodiscard]] std::int64_t available_memory() const;

 private:
  Resources resources_;
  cudaDeviceProp properties_{};
  OwnStream own_main_, side_, copies_, capture_;
  cudaStream_t main_ = nullptr;
  std::optional<DeviceMemory> memory_;
  std::byte* own_workspace_ = nullptr;
  void* workspace_ = nullptr;
  std::size_t workspace_bytes_ = 0;
};

}  // namespace cuvae::cuda
