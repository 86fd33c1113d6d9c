#include "src/cuda/reductions.hpp"

#include <thrust/execution_policy.h>
#include <thrust/find.h>
#include <thrust/system_error.h>

#include <cub/device/device_reduce.cuh>

#include "src/cuda/check.hpp"

namespace cuvae::cuda {
namespace {

// CUB and Thrust take an error that someone else left behind for one of their own.
void forget_errors() { static_cast<void>(cudaGetLastError()); }

struct Square {
  __device__ __forceinline__ double operator()(float value) const {
    return static_cast<double>(value) * static_cast<double>(value);
  }
};

struct Sum {
  __device__ __forceinline__ double operator()(double a, double b) const { return a + b; }
};

struct IsNotFinite {
  __device__ __forceinline__ bool operator()(float value) const { return !(fabsf(value) <= FLT_MAX); }
};

// Thrust's way of asking for memory.
struct ThrustMemory {
  using value_type = char;
  DeviceMemory* memory;
  char* allocate(std::ptrdiff_t bytes) {
    return reinterpret_cast<char*>(memory->allocate(static_cast<std::size_t>(bytes)));
  }
  void deallocate(char* address, std::size_t) { memory->release(reinterpret_cast<std::byte*>(address)); }
};

}  // namespace

std::size_t square_sum_scratch(std::int64_t size) {
  std::size_t bytes = 0;
  forget_errors();
  CUVAE_CUDA_CHECK(cub::DeviceReduce::TransformReduce(nullptr, bytes, static_cast<const float*>(nullptr),
                                                      static_cast<double*>(nullptr), size, Sum{}, Square{},
                                                      0.0));
  return bytes;
}

void sum_of_squares(const float* values, std::int64_t size, void* scratch, double* sum, cudaStream_t stream) {
  std::size_t bytes = square_sum_scratch(size);
  forget_errors();
  CUVAE_CUDA_CHECK(
      cub::DeviceReduce::TransformReduce(scratch, bytes, values, sum, size, Sum{}, Square{}, 0.0, stream));
}

std::int64_t first_non_finite(const float* values, std::int64_t size, DeviceMemory& memory,
                              cudaStream_t stream) {
  ThrustMemory allocator{&memory};
  forget_errors();
  try {
    const float* found =
        thrust::find_if(thrust::cuda::par(allocator).on(stream), values, values + size, IsNotFinite{});
    return found == values + size ? -1 : found - values;
  } catch (const thrust::system_error& error) {
    fail(static_cast<cudaError_t>(error.code().value()), "thrust::find_if", __FILE__, __LINE__);
  }
}

}  // namespace cuvae::cuda
