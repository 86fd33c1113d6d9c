// The number that ops compute with on a GPU: a float whose functions are short. It is to the CUDA loops what
// Pack is to those of the CPU. Each function's error is stated here and tested (tests/gpu/functions_test.cpp
// on a device; what is not exact there is within the tolerance of the op table).
#pragma once

#include <cmath>
#include <cstdint>

#include "kernels/cuda/vocabulary.cuh"

namespace cuvae::cuda {

struct Fast {
  float v;

  Fast() = default;
  __device__ __forceinline__ explicit Fast(float value) : v(value) {}

  friend __device__ __forceinline__ Fast operator+(Fast a, Fast b) { return Fast(a.v + b.v); }
  friend __device__ __forceinline__ Fast operator-(Fast a, Fast b) { return Fast(a.v - b.v); }
  friend __device__ __forceinline__ Fast operator*(Fast a, Fast b) { return Fast(a.v * b.v); }
  friend __device__ __forceinline__ Fast operator-(Fast a) { return Fast(-a.v); }
  // For a divisor between 2^-126 and 2^126; relative error below 2^-22.
  friend __device__ __forceinline__ Fast operator/(Fast a, Fast b) {
    return Fast(a.v * approximate_reciprocal(b.v));
  }
  friend __device__ __forceinline__ bool operator<(Fast a, Fast b) { return a.v < b.v; }
  friend __device__ __forceinline__ bool operator<=(Fast a, Fast b) { return a.v <= b.v; }
  friend __device__ __forceinline__ bool operator>(Fast a, Fast b) { return a.v > b.v; }
  friend __device__ __forceinline__ bool operator>=(Fast a, Fast b) { return a.v >= b.v; }

  friend __device__ __forceinline__ Fast select(bool condition, Fast a, Fast b) { return condition ? a : b; }
  friend __device__ __forceinline__ Fast max(Fast a, Fast b) { return a > b ? a : b; }
  friend __device__ __forceinline__ Fast abs(Fast a) { return Fast(fabsf(a.v)); }

  // Relative error below 2^-22 + 2^-23 |a|: that of the power of two, and of a rounded argument.
  friend __device__ __forceinline__ Fast exp(Fast a) {
    return Fast(approximate_exp2(a.v * 1.4426950408889634f));
  }

  // Of a positive, normal number; relative error below 2^-18. The hardware's logarithm is exact to an
  // absolute error only where it is near 0; there the series of log(1 + t) is taken.
  friend __device__ __forceinline__ Fast log(Fast a) {
    const float t = a.v - 1.0f;
    return Fast(fabsf(t) < kNearOne ? series_of_log1p(t) : approximate_log2(a.v) * 0.6931471805599453f);
  }
  // Of a number above -1 + 2^-6; relative error below 2^-18.
  friend __device__ __forceinline__ Fast log1p(Fast a) {
    return Fast(fabsf(a.v) < kNearOne ? series_of_log1p(a.v)
                                      : approximate_log2(1.0f + a.v) * 0.6931471805599453f);
  }

  friend __device__ __forceinline__ Fast sqrt(Fast a) { return Fast(approximate_sqrt(a.v)); }
  // In [0, 2 pi]; absolute error below 2^-20.5.
  friend __device__ __forceinline__ Fast sin(Fast a) { return Fast(approximate_sin(a.v)); }
  friend __device__ __forceinline__ Fast cos(Fast a) { return Fast(approximate_cos(a.v)); }

  // Relative error below 2^-19: near 0 a series, where exp(a) - 1 would cancel.
  friend __device__ __forceinline__ Fast expm1(Fast a) {
    const float x = a.v;
    const float tail = 1.0f / 24 + x * (1.0f / 120 + x * (1.0f / 720 + x * (1.0f / 5040)));
    const float series = x * (1.0f + x * (0.5f + x * (1.0f / 6 + x * tail)));
    return Fast(fabsf(x) < 0.5f ? series : exp(a).v - 1.0f);
  }

  // CUDA's own, to 1 or 2 units in the last place: exact near 0, where it matters.
  friend __device__ __forceinline__ Fast tanh(Fast a) { return Fast(tanhf(a.v)); }

 private:
  static constexpr float kNearOne = 0.0625f;

  static __device__ __forceinline__ float series_of_log1p(float t) {
    return t * (1.0f + t * (-0.5f + t * (1.0f / 3.0f + t * (-0.25f + t * (0.2f - t * (1.0f / 6.0f))))));
  }
};

}  // namespace cuvae::cuda
