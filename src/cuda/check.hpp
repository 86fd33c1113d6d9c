// What CUDA calls answer, as cuvae's errors.
#pragma once

#include <cuda_runtime_api.h>

namespace cuvae::cuda {

// Throws Error(out_of_memory) or Error(device) and clears the error from the thread, so that the caller's
// next call does not find it.
[[noreturn]] void fail(cudaError_t error, const char* call, const char* file, int line);

inline void check(cudaError_t error, const char* call, const char* file, int line) {
  if (error != cudaSuccess) fail(error, call, file, line);
}

}  // namespace cuvae::cuda

#define CUVAE_CUDA_CHECK(call) ::cuvae::cuda::check((call), #call, __FILE__, __LINE__)
