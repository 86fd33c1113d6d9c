// The GPU's loops for what a benchmark compares with. Each queues one kernel.
#pragma once

#include <cuda_runtime_api.h>

#include "bench/kernels/machine.hpp"

namespace cuvae::bench::cuda_loops {

void step(const Step& step, Matrix a, Matrix b, Matrix out, PassContext pass, cudaStream_t stream);
void row_sum(Matrix values, float* sums, cudaStream_t stream);
void gather(const RowSource& source, Matrix out, PassContext pass, cudaStream_t stream);
void copy(float* to, const float* from, std::int64_t count, cudaStream_t stream);
void read(const float* from, std::int64_t count, float* sink, cudaStream_t stream);
void fill(float* to, std::int64_t count, cudaStream_t stream);
void nothing(cudaStream_t stream);
// How many of each, by so many multiprocessors.
std::int64_t multiply_adds(float* sink, int multiprocessors, cudaStream_t stream);
std::int64_t exponentials(float* sink, int multiprocessors, cudaStream_t stream);
std::int64_t divisions(float* sink, int multiprocessors, cudaStream_t stream);
// One thread that ends after so many cycles.
void wait(std::int64_t cycles, cudaStream_t stream);

}  // namespace cuvae::bench::cuda_loops
