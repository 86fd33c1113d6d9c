// Sums over the threads of a warp or a block, in an order that depends on nothing but their number.
#pragma once

#include "kernels/cuda/launch.cuh"
#include "kernels/cuda/vocabulary.cuh"

namespace cuvae::cuda {

// Over the threads of a team: a warp, or a part of one that is a power of 2. Valid in every lane.
template <int kTeam, class Number>
__device__ __forceinline__ Number team_sum(Number value) {
#pragma unroll
  for (int offset = kTeam / 2; offset > 0; offset /= 2) value += __shfl_xor_sync(0xFFFFFFFFu, value, offset);
  return value;
}

// The same of the largest; NaN does not count.
template <int kTeam>
__device__ __forceinline__ float team_max(float value) {
#pragma unroll
  for (int offset = kTeam / 2; offset > 0; offset /= 2)
    value = fmaxf(value, __shfl_xor_sync(0xFFFFFFFFu, value, offset));
  return value;
}

// Valid in every lane.
template <class Number>
__device__ __forceinline__ Number warp_sum(Number value) {
  return team_sum<32>(value);
}

// Valid in thread 0. Every thread of the block must call it, and none twice without a barrier between.
template <class Number>
__device__ __forceinline__ Number block_sum(Number value) {
  __shared__ Number of_warp[kBlockThreads / 32];
  value = warp_sum(value);
  if (threadIdx.x % 32 == 0) of_warp[threadIdx.x / 32] = value;
  __syncthreads();
  Number sum = of_warp[0];
#pragma unroll
  for (int warp = 1; warp < kBlockThreads / 32; ++warp) sum += of_warp[warp];
  return sum;
}

// Of the threads that share a row: a warp or the block.
template <int kThreadsPerRow>
__device__ __forceinline__ float row_sum(float value) {
  if constexpr (kThreadsPerRow == 32) {
    return warp_sum(value);
  } else {
    return block_sum(value);
  }
}

}  // namespace cuvae::cuda
