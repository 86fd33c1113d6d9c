// One function starts every kernel.
#pragma once

#include <cuda_runtime.h>

#include <cstdint>
#include <type_traits>

#include "src/cuda/check.hpp"

namespace cuvae::cuda {

inline constexpr int kBlockThreads = 256;

// Where kernels are queued. overlaps: the device can start a kernel while the one before it still runs
// (programmatic dependent launch, compute capability 9.0 and later).
struct Queue {
  cudaStream_t stream = nullptr;
  bool overlaps = false;
};

// Every kernel begins with wait_for_kernel_before(). Throws Error(device).
template <class... Parameters>
void launch(void (*kernel)(Parameters...), std::int64_t blocks, int threads, Queue queue,
            std::type_identity_t<Parameters>... arguments) {
  if (blocks == 0) return;
  cudaLaunchAttribute overlap{};
  overlap.id = cudaLaunchAttributeProgrammaticStreamSerialization;
  overlap.val.programmaticStreamSerializationAllowed = 1;
  cudaLaunchConfig_t config{};
  config.gridDim = dim3(static_cast<unsigned>(blocks));
  config.blockDim = dim3(static_cast<unsigned>(threads));
  config.stream = queue.stream;
  config.attrs = &overlap;
  config.numAttrs = queue.overlaps ? 1 : 0;
  CUVAE_CUDA_CHECK(cudaLaunchKernelEx(&config, kernel, arguments...));
}

}  // namespace cuvae::cuda
