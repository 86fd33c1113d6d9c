// The few words of the device that kernels use besides threadIdx, blockIdx, __syncthreads, __shfl_*_sync and
// __shared__. tests/simt/kernels/cuda/vocabulary.cuh says the same on a host.
#pragma once

#include <cuda_bf16.h>
#include <cuda_runtime.h>
#include <curand_philox4x32_x.h>

#include <cstdint>

#include "kernels/ops/philox.hpp"

namespace cuvae::cuda {

// Programmatic dependent launch: a kernel may be started while the one before it still runs. It must wait
// before it touches what that one wrote, in every thread and even where it has nothing to do, because the
// next kernel takes its end for the end of all before it.
__device__ __forceinline__ void wait_for_kernel_before() {
#if __CUDA_ARCH__ >= 900
  cudaGridDependencySynchronize();
#endif
}
// From here on the next kernel may be started.
__device__ __forceinline__ void let_next_kernel_start() {
#if __CUDA_ARCH__ >= 900
  cudaTriggerProgrammaticLaunchCompletion();
#endif
}

// cuRAND's generator; ops::philox4x32_10 is its twin.
__device__ __forceinline__ ops::PhiloxBlock philox(ops::PhiloxBlock counter, ops::PhiloxKey key) {
  const uint4 block = curand_Philox4x32_10(make_uint4(counter.x[0], counter.x[1], counter.x[2], counter.x[3]),
                                           make_uint2(key.x[0], key.x[1]));
  return {{block.x, block.y, block.z, block.w}};
}

// Two bfloat16, rounded to nearest even, `low` in the lower half.
__device__ __forceinline__ std::uint32_t pack_bf16(float low, float high) {
  const __nv_bfloat162 pair = __floats2bfloat162_rn(low, high);
  return std::uint32_t{__bfloat16_as_ushort(pair.x)} | std::uint32_t{__bfloat16_as_ushort(pair.y)} << 16;
}

// Byte 0, 1, 2 or 3 of a word, as the last bits of 2^23, less 2^23: exact, and without a conversion, which
// has an eighth of an addition's rate.
__device__ __forceinline__ float float_of_byte(std::uint32_t word, std::uint32_t byte) {
  return __uint_as_float(__byte_perm(word, 0x4B000000u, 0x7440u | byte)) - 0x1p23f;
}

// Of the multiprocessor's clock, since some time.
__device__ __forceinline__ std::int64_t clock_cycles() { return clock64(); }

// One instruction each; the bounds are those of the PTX manual, subnormal numbers count as 0.
__device__ __forceinline__ float approximate_exp2(float x) {  // relative error below 2^-22
  float y;
  asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
  return y;
}
__device__ __forceinline__ float approximate_log2(
    float x) {  // error below 2^-22: absolute in (1/2, 2), else relative
  float y;
  asm("lg2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
  return y;
}
__device__ __forceinline__ float approximate_reciprocal(float x) {  // relative error below 2^-23
  float y;
  asm("rcp.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
  return y;
}
__device__ __forceinline__ float approximate_sqrt(float x) {  // relative error below 2^-23
  float y;
  asm("sqrt.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
  return y;
}
__device__ __forceinline__ float approximate_sin(float x) {  // absolute error below 2^-20.5 in [0, 2 pi]
  float y;
  asm("sin.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
  return y;
}
__device__ __forceinline__ float approximate_cos(float x) {  // absolute error below 2^-20.5 in [0, 2 pi]
  float y;
  asm("cos.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
  return y;
}

}  // namespace cuvae::cuda
