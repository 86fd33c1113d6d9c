// Elements as they are stored: vectors of up to 128 bits, and what a loop makes of them.
#pragma once

#include <cstdint>

#include "kernels/cuda/vocabulary.cuh"
#include "kernels/ops/element.hpp"

namespace cuvae::cuda {

template <class Word, int kWords>
struct alignas(sizeof(Word) * kWords) Words {
  Word word[kWords];
};

// values[0 .. kVec) = from[0 .. kVec). kVec 1: any alignment; else that of a vector of so many elements, 16
// bytes at most.
template <int kVec>
__device__ __forceinline__ void load(const float* from, float (&values)[kVec]) {
  if constexpr (kVec == 1) {
    values[0] = *from;
  } else {
#pragma unroll
    for (int first = 0; first < kVec; first += 4) {
      const auto four = *reinterpret_cast<const Words<float, 4>*>(from + first);
#pragma unroll
      for (int v = 0; v < 4; ++v) values[first + v] = four.word[v];
    }
  }
}

template <int kVec>
__device__ __forceinline__ void load(const ops::Bf16* from, float (&values)[kVec]) {
  if constexpr (kVec == 1) {
    values[0] = from->value();
  } else {
    const auto pairs = *reinterpret_cast<const Words<std::uint32_t, kVec / 2>*>(from);
#pragma unroll
    for (int v = 0; v < kVec; v += 2) {
      values[v] = __uint_as_float(pairs.word[v / 2] << 16);
      values[v + 1] = __uint_as_float(pairs.word[v / 2] & 0xFFFF0000u);
    }
  }
}

template <int kVec>
__device__ __forceinline__ void load(const std::uint8_t* from, float (&values)[kVec]) {
  if constexpr (kVec == 1) {
    values[0] = static_cast<float>(*from);
  } else {
    const auto fours = *reinterpret_cast<const Words<std::uint32_t, kVec / 4>*>(from);
#pragma unroll
    for (int v = 0; v < kVec; ++v) values[v] = float_of_byte(fours.word[v / 4], v % 4);
  }
}

template <int kVec>
__device__ __forceinline__ void store(float* to, const float (&values)[kVec]) {
  if constexpr (kVec == 1) {
    *to = values[0];
  } else {
#pragma unroll
    for (int first = 0; first < kVec; first += 4) {
      Words<float, 4> four;
#pragma unroll
      for (int v = 0; v < 4; ++v) four.word[v] = values[first + v];
      *reinterpret_cast<Words<float, 4>*>(to + first) = four;
    }
  }
}

template <int kVec>
__device__ __forceinline__ void store(ops::Bf16* to, const float (&values)[kVec]) {
  if constexpr (kVec == 1) {
    to->bits = static_cast<std::uint16_t>(pack_bf16(values[0], 0.0f) & 0xFFFFu);
  } else {
    Words<std::uint32_t, kVec / 2> pairs;
#pragma unroll
    for (int v = 0; v < kVec; v += 2) pairs.word[v / 2] = pack_bf16(values[v], values[v + 1]);
    *reinterpret_cast<Words<std::uint32_t, kVec / 2>*>(to) = pairs;
  }
}

}  // namespace cuvae::cuda
