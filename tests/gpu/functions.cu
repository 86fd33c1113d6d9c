#include "gpu/functions.hpp"

#include <stdexcept>

#include "kernels/cuda/fast.cuh"
#include "kernels/cuda/noise.cuh"
#include "kernels/cuda/pack.cuh"

namespace cuvae::test {
namespace {

using cuda::Fast;

void require(cudaError_t error) {
  if (error != cudaSuccess) throw std::runtime_error(cudaGetErrorString(error));
}

__device__ float apply(Function function, float x) {
  switch (function) {
    case Function::exp:
      return exp(Fast(x)).v;
    case Function::expm1:
      return expm1(Fast(x)).v;
    case Function::log:
      return log(Fast(x)).v;
    case Function::log1p:
      return log1p(Fast(x)).v;
    case Function::reciprocal:
      return (Fast(1.0f) / Fast(x)).v;
    case Function::sqrt:
      return sqrt(Fast(x)).v;
    case Function::sin:
      return sin(Fast(x)).v;
    case Function::cos:
      return cos(Fast(x)).v;
    case Function::tanh:
      return tanh(Fast(x)).v;
    case Function::bf16:
      return __uint_as_float(cuda::pack_bf16(x, 0.0f) << 16);
  }
  return 0.0f;
}

__global__ void apply_kernel(Function function, const float* x, float* y, std::size_t size) {
  const std::size_t i = std::size_t{blockIdx.x} * blockDim.x + threadIdx.x;
  if (i < size) y[i] = apply(function, x[i]);
}

__global__ void radius_kernel(std::uint32_t first, std::uint32_t count, float* radius) {
  const std::uint32_t i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= count) return;
  Fast four[4];
  cuda::values_of<ops::Noise::normal>({{(first + i) << 8, 0, 0, 0}}, four);
  radius[i] = four[0].v;
}

__global__ void philox_kernel(const ops::PhiloxBlock* counters, ops::PhiloxKey key, ops::PhiloxBlock* blocks,
                              std::size_t size) {
  const std::size_t i = std::size_t{blockIdx.x} * blockDim.x + threadIdx.x;
  if (i < size) blocks[i] = cuda::philox(counters[i], key);
}

template <class T>
struct OnDeviceArray {
  T* data = nullptr;
  explicit OnDeviceArray(std::size_t size) { require(cudaMalloc(&data, size * sizeof(T))); }
  ~OnDeviceArray() { static_cast<void>(cudaFree(data)); }
};

unsigned blocks_for(std::size_t size) { return static_cast<unsigned>((size + 255) / 256); }

template <class T>
std::vector<T> download(const OnDeviceArray<T>& array, std::size_t size) {
  std::vector<T> host(size);
  require(cudaMemcpy(host.data(), array.data, size * sizeof(T), cudaMemcpyDeviceToHost));
  return host;
}

}  // namespace

std::vector<float> on_gpu(Function function, const std::vector<float>& x) {
  const OnDeviceArray<float> in(x.size()), out(x.size());
  require(cudaMemcpy(in.data, x.data(), x.size() * sizeof(float), cudaMemcpyHostToDevice));
  apply_kernel<<<blocks_for(x.size()), 256>>>(function, in.data, out.data, x.size());
  return download(out, x.size());
}

std::vector<float> radii_on_gpu(std::uint32_t first, std::uint32_t count) {
  const OnDeviceArray<float> out(count);
  radius_kernel<<<blocks_for(count), 256>>>(first, count, out.data);
  return download(out, count);
}

std::vector<ops::PhiloxBlock> philox_on_gpu(const std::vector<ops::PhiloxBlock>& counters,
                                            ops::PhiloxKey key) {
  const OnDeviceArray<ops::PhiloxBlock> in(counters.size()), out(counters.size());
  require(
      cudaMemcpy(in.data, counters.data(), counters.size() * sizeof(counters[0]), cudaMemcpyHostToDevice));
  philox_kernel<<<blocks_for(counters.size()), 256>>>(in.data, key, out.data, counters.size());
  return download(out, counters.size());
}

}  // namespace cuvae::test
