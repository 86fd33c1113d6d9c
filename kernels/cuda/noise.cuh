// Noise for the columns of a vector: one Philox block per four columns (kernels/ops/noise.hpp).
#pragma once

#include "kernels/cuda/fast.cuh"
#include "kernels/ops/noise.hpp"

namespace cuvae::cuda {

template <ops::Noise kNoise>
__device__ __forceinline__ void values_of(const ops::PhiloxBlock& block, Fast (&values)[4]) {
  if constexpr (kNoise == ops::Noise::uniform) {
#pragma unroll
    for (int w = 0; w < 4; ++w) values[w] = Fast(ops::uniform(block.x[w]));
  } else {
#pragma unroll
    for (int w = 0; w < 4; w += 2) {
      const auto pair =
          ops::box_muller(Fast(ops::uniform_above_zero(block.x[w])), Fast(ops::uniform(block.x[w + 1])));
      values[w] = pair.first;
      values[w + 1] = pair.second;
    }
  }
}

// values[0 .. kVec) for columns col .. col + kVec; col is a multiple of kVec.
template <ops::Noise kNoise, int kVec>
__device__ __forceinline__ void draw(const ops::NoiseSource& source, std::uint32_t step, std::int64_t row,
                                     std::int32_t col, Fast (&values)[kVec]) {
  const ops::PhiloxKey key = ops::noise_key(source.seed);
  const auto block_of = [&](std::int32_t column) {
    return philox(ops::noise_counter(source.purpose, step, row, source.sample, column / 4), key);
  };
  if constexpr (kVec == 1) {
    Fast four[4];
    values_of<kNoise>(block_of(col), four);
    const std::int32_t which = col % 4;  // no array indexed by a variable: it would lie in memory
    values[0] = which == 0 ? four[0] : which == 1 ? four[1] : which == 2 ? four[2] : four[3];
  } else {
#pragma unroll
    for (int first = 0; first < kVec; first += 4) {
      Fast four[4];
      values_of<kNoise>(block_of(col + first), four);
#pragma unroll
      for (int v = 0; v < 4; ++v) values[first + v] = four[v];
    }
  }
}

}  // namespace cuvae::cuda
