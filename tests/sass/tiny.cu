// Kernels whose machine code is known, for check_test.py.
#include <cstdint>

namespace cuvae::ops {
struct Bf16 {
  std::uint16_t bits;
};
struct Wide {};
struct Narrow {};
struct Converting {};
struct Dear {};
}  // namespace cuvae::ops

namespace tiny {

template <class T>
__device__ void copy(T* to, const T* from) {
  to[threadIdx.x] = from[threadIdx.x];
}

// kSteps different additions per pass, so that none can be saved.
template <int kSteps>
__device__ void add_steps(float* values, int passes) {
  float value = values[threadIdx.x];
#pragma unroll 1
  for (int pass = 0; pass < passes; ++pass)
#pragma unroll
    for (int step = 0; step < kSteps; ++step) value += 1.5f + static_cast<float>(step);
  values[threadIdx.x] = value;
}

__device__ float reciprocal(float x) {
  float y;
  asm("rcp.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
  return y;
}

}  // namespace tiny

extern "C" {
__global__ void copy_8(std::uint8_t* to, const std::uint8_t* from) { tiny::copy(to, from); }
__global__ void copy_16(std::uint16_t* to, const std::uint16_t* from) { tiny::copy(to, from); }
__global__ void copy_32(float* to, const float* from) { tiny::copy(to, from); }
__global__ void copy_64(float2* to, const float2* from) { tiny::copy(to, from); }
__global__ void copy_128(float4* to, const float4* from) { tiny::copy(to, from); }

__global__ void add_3(float* values, int passes) { tiny::add_steps<3>(values, passes); }
__global__ void add_200(float* values, int passes) { tiny::add_steps<200>(values, passes); }

__global__ void seldom(float* values, int passes) {
  float value = values[threadIdx.x];
#pragma unroll 1
  for (int pass = 0; pass < passes; ++pass) {
    value += 1.5f;
    if (pass == 7)
#pragma unroll
      for (int step = 0; step < 100; ++step) value = value * 0.75f + static_cast<float>(step);
  }
  values[threadIdx.x] = value;
}

__global__ void convert(float* to, const short* from, double* wide, const int* number) {
  to[0] = static_cast<float>(from[0]);
  wide[0] = static_cast<double>(number[0]);
}

__global__ void four_mufu(float* values) {
  values[0] = tiny::reciprocal(values[1]);
  values[2] = tiny::reciprocal(values[3]);
  values[4] = tiny::reciprocal(values[5]);
  values[6] = tiny::reciprocal(values[7]);
}

// An array that is indexed by a variable lies in memory.
__global__ void indexed(float* values, int passes) {
  float kept[40];
  for (int k = 0; k < 40; ++k) kept[k] = values[k];
#pragma unroll 1
  for (int pass = 0; pass < passes; ++pass)
    kept[static_cast<int>(values[pass])] += kept[static_cast<int>(values[pass + 1])];
  for (int k = 0; k < 40; ++k) values[k] = kept[k];
}

// More values at once than 1024 threads can have registers for.
__global__ void __launch_bounds__(1024, 2) spilling(float* values, int passes) {
  float kept[80];
#pragma unroll
  for (int k = 0; k < 80; ++k) kept[k] = values[k * 1024 + threadIdx.x];
#pragma unroll 1
  for (int pass = 0; pass < passes; ++pass)
#pragma unroll
    for (int k = 0; k < 80; ++k) kept[k] = kept[k] * kept[(k + 7) % 80] + 1.0f;
#pragma unroll
  for (int k = 0; k < 80; ++k) values[k * 1024 + threadIdx.x] = kept[k];
}
}

// Kernels by the names of cuvae's loops, as the rules see them.
namespace cuvae::cuda {

template <class... Stored>
struct Types {};

template <class Op, class In, class Out, int kThreadsPerRow, int kVec>
__global__ void row_map_reduce_kernel(float* to, const float* from, int size);

template <>
__global__ void row_map_reduce_kernel<ops::Wide, Types<float>, Types<float>, 32, 4>(float* to,
                                                                                    const float* from,
                                                                                    int size) {
#pragma unroll 1
  for (int k = static_cast<int>(threadIdx.x); k < size; k += 32) {
    float4 four = reinterpret_cast<const float4*>(from)[k];
    four.x += 1.5f;
    reinterpret_cast<float4*>(to)[k] = four;
  }
}

template <>
__global__ void row_map_reduce_kernel<ops::Narrow, Types<float>, Types<float>, 32, 4>(float* to,
                                                                                      const float* from,
                                                                                      int size) {
#pragma unroll 1
  for (int k = static_cast<int>(threadIdx.x) * 4; k < size; k += 128)
#pragma unroll
    for (int v = 0; v < 4; ++v) to[k + v] = from[k + v] + 1.5f;
}

template <>
__global__ void row_map_reduce_kernel<ops::Converting, Types<float>, Types<float>, 32, 4>(float* to,
                                                                                          const float* from,
                                                                                          int size) {
#pragma unroll 1
  for (int k = static_cast<int>(threadIdx.x); k < size; k += 32) {
    float4 four = reinterpret_cast<const float4*>(from)[k];
    four.x = static_cast<float>(0.1 * __float_as_int(four.y));
    reinterpret_cast<float4*>(to)[k] = four;
  }
}

template <>
__global__ void row_map_reduce_kernel<ops::Dear, Types<float>, Types<float>, 32, 4>(float* to,
                                                                                    const float* from,
                                                                                    int size) {
#pragma unroll 1
  for (int k = static_cast<int>(threadIdx.x); k < size; k += 32) {
    float4 four = reinterpret_cast<const float4*>(from)[k];
#pragma unroll
    for (int step = 0; step < 300; ++step) four.x = four.x * four.y + static_cast<float>(step);
#pragma unroll
    for (int step = 0; step < 40; ++step) four.z = tiny::reciprocal(four.z) + static_cast<float>(step);
    reinterpret_cast<float4*>(to)[k] = four;
  }
}

}  // namespace cuvae::cuda
