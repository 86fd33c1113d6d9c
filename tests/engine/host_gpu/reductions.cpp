// src/cuda/reductions.hpp without CUB and Thrust.
#include "src/cuda/reductions.hpp"

#include <cmath>

#include "engine/host_gpu/gpu.hpp"
#include "src/cuda/check.hpp"

namespace cuvae::cuda {

std::size_t square_sum_scratch(std::int64_t) { return sizeof(double); }

// By way of the scratch, so that it is missed where it is too small or shared.
void sum_of_squares(const float* values, std::int64_t size, void* scratch, double* sum, cudaStream_t stream) {
  auto* partial = static_cast<double*>(scratch);
  CUVAE_CUDA_CHECK(host_gpu::queue(stream, [=] {
    *partial = 0;
    for (std::int64_t i = 0; i < size; ++i)
      *partial += static_cast<double>(values[i]) * static_cast<double>(values[i]);
  }));
  CUVAE_CUDA_CHECK(host_gpu::queue(stream, [=] { *sum = *partial; }));
}

std::int64_t first_non_finite(const float* values, std::int64_t size, DeviceMemory&, cudaStream_t stream) {
  std::int64_t found = -1;
  CUVAE_CUDA_CHECK(host_gpu::queue(stream, [&found, values, size] {
    for (std::int64_t i = 0; i < size && found < 0; ++i) {
      if (!std::isfinite(values[i])) found = i;
    }
  }));
  CUVAE_CUDA_CHECK(cudaStreamSynchronize(stream));
  return found;
}

}  // namespace cuvae::cuda
