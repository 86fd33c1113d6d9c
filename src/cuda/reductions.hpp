// Plain algorithms, by NVIDIA's libraries: CUB where a step runs, Thrust where the host asks.
#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
#include <cstdint>

#include "src/cuda/device_memory.hpp"

namespace cuvae::cuda {

// *sum = values[0]^2 + ... + values[size - 1]^2 in double, in a fixed order; `scratch` as many bytes as the
// other function says. Both on the current device.
[[nodiscard]] std::size_t square_sum_scratch(std::int64_t size);
void sum_of_squares(const float* values, std::int64_t size, void* scratch, double* sum, cudaStream_t stream);

// The first of the values that is not finite, or -1. Waits for the stream.
[[nodiscard]] std::int64_t first_non_finite(const float* values, std::int64_t size, DeviceMemory& memory,
                                            cudaStream_t stream);

}  // namespace cuvae::cuda
