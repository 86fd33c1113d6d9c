// The words of kernels/cuda/vocabulary.cuh, and those of CUDA that kernels use, on a host: this file is found
// before that one.
#pragma once

#include <bit>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <type_traits>

#include "executor.hpp"
#include "kernels/ops/element.hpp"
#include "kernels/ops/philox.hpp"

#define __global__ __attribute__((unused))
#define __device__
#define __forceinline__ inline
#define __launch_bounds__(...)
#define __shared__ static  // blocks run one after another, so one copy will do

inline void __syncthreads() { cuvae::simt::self.block->meet(); }

template <class Number>
Number __shfl_xor_sync(unsigned mask, Number value, int lane_mask) {
  using Bits = std::conditional_t<sizeof(Number) == 4, std::uint32_t, std::uint64_t>;
  static_assert(sizeof(Bits) == sizeof(Number) && std::is_arithmetic_v<Number>);
  cuvae::simt::require(mask == 0xFFFFFFFFu, "a shuffle must name the whole warp");
  cuvae::simt::Self& self = cuvae::simt::self;
  const unsigned lane = threadIdx.x % cuvae::simt::kWarp, from = lane ^ static_cast<unsigned>(lane_mask);
  cuvae::simt::require(from < cuvae::simt::kWarp, "a shuffle reads beyond its warp");
  const std::uint64_t got = self.block->warp_of(threadIdx.x)
                                .exchange(lane, from, ++self.turn, std::uint64_t{std::bit_cast<Bits>(value)});
  return std::bit_cast<Number>(static_cast<Bits>(got));
}

inline float __uint_as_float(std::uint32_t bits) { return std::bit_cast<float>(bits); }

namespace cuvae::cuda {

inline void wait_for_kernel_before() { simt::self.waited = true; }
inline void let_next_kernel_start() {
  simt::require(simt::self.waited,
                "a kernel lets the next one start before it has waited for the one before");
}

inline ops::PhiloxBlock philox(ops::PhiloxBlock counter, ops::PhiloxKey key) {
  return ops::philox4x32_10(counter, key);
}

inline std::uint32_t pack_bf16(float low, float high) {
  return std::uint32_t{ops::Bf16::from(low).bits} | std::uint32_t{ops::Bf16::from(high).bits} << 16;
}

// A device of 1 GHz.
inline std::int64_t clock_cycles() {
  return std::chrono::nanoseconds(std::chrono::steady_clock::now().time_since_epoch()).count();
}

inline float approximate_exp2(float x) { return std::exp2(x); }
inline float approximate_log2(float x) { return std::log2(x); }
inline float approximate_reciprocal(float x) { return 1.0f / x; }
inline float approximate_sqrt(float x) { return std::sqrt(x); }
inline float approximate_sin(float x) { return std::sin(x); }
inline float approximate_cos(float x) { return std::cos(x); }

inline float float_of_byte(std::uint32_t word, std::uint32_t byte) {
  return static_cast<float>((word >> (8 * byte)) & 0xFFu);
}

}  // namespace cuvae::cuda
