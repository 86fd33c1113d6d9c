#include "bench/kernels/cuda/cuda_loops.hpp"

#include "kernels/cuda/map.cuh"
#include "kernels/ops/optimizer.hpp"
#include "src/cuda/loops.cuh"

namespace cuvae::bench {
namespace {

using cuda::kBlockThreads, cuda::launch, cuda::Queue;

// So many operands, all of one type.
template <class Stored, int kOperands>
struct All {
  template <std::size_t>
  using At = Stored;
  static constexpr std::size_t kCount = kOperands;
  static constexpr bool kWide = sizeof(Stored) == 4;
};

template <class Stored, class Op>
void run_step(const Op& op, Matrix a, Matrix b, Matrix out, PassContext pass, Queue queue) {
  ops::RowIo<Op::kIn, 1> io{{a.in()}, {out.out()}, nullptr, out.rows, out.cols, ops::padded(out.cols)};
  if constexpr (Op::kIn == 2) io.in[1] = b.in();
  const cuda::RowPass row_pass{.state = pass.state, .row_ids = pass.row_ids, .noise = kNoise};
  cuda::row_map_reduce<Op, All<Stored, Op::kIn>, All<Stored, 1>>(op, io, row_pass, queue);
}

// A warp to a row.
template <class Stored>
__global__ void __launch_bounds__(kBlockThreads)
    row_sum_kernel(const Stored* values, std::int64_t ld, std::int64_t rows, std::int32_t width,
                   float* sums) {
  cuda::wait_for_kernel_before();
  constexpr int kVec = 16 / sizeof(Stored);
  const std::int64_t row = static_cast<std::int64_t>(blockIdx.x) * (kBlockThreads / 32) + threadIdx.x / 32;
  if (row >= rows) return;
  float sum = 0;
  for (std::int32_t col = static_cast<std::int32_t>(threadIdx.x % 32) * kVec; col < width; col += 32 * kVec) {
    float vector[kVec];
    cuda::load(values + row * ld + col, vector);
#pragma unroll
    for (int v = 0; v < kVec; ++v) sum += vector[v];
  }
  sum = cuda::warp_sum(sum);
  if (threadIdx.x % 32 == 0) sums[row] = sum;
}

constexpr int kVec = 4;  // floats to 128 bits

__global__ void __launch_bounds__(kBlockThreads)
    read_kernel(const float* from, std::int64_t count, float* sink) {
  cuda::wait_for_kernel_before();
  constexpr int kUnroll = 8;
  const std::int64_t block = static_cast<std::int64_t>(blockIdx.x) * kBlockThreads * kVec * kUnroll;
  float values[kUnroll][kVec] = {};
#pragma unroll
  for (int i = 0; i < kUnroll; ++i) {
    const std::int64_t at = block + (static_cast<std::int64_t>(i) * kBlockThreads + threadIdx.x) * kVec;
    if (at + kVec <= count) cuda::load(from + at, values[i]);
  }
  float sum = 0;
#pragma unroll
  for (int i = 0; i < kUnroll; ++i) sum += (values[i][0] + values[i][1]) + (values[i][2] + values[i][3]);
  if (sum == 0.5f) *sink = sum;
}

__global__ void __launch_bounds__(kBlockThreads) fill_kernel(float* to, std::int64_t count) {
  cuda::wait_for_kernel_before();
  const std::int64_t at = (static_cast<std::int64_t>(blockIdx.x) * kBlockThreads + threadIdx.x) * kVec;
  const float ones[kVec] = {1, 1, 1, 1};
  if (at + kVec <= count) cuda::store(to + at, ones);
}

__global__ void nothing_kernel() { cuda::wait_for_kernel_before(); }

constexpr int kChains = 8, kRounds = 2048;

__global__ void __launch_bounds__(kBlockThreads) multiply_add_kernel(float* sink) {
  cuda::wait_for_kernel_before();
  float chain[kChains];
  for (int c = 0; c < kChains; ++c) chain[c] = 1.0f + static_cast<float>(c + static_cast<int>(threadIdx.x));
  for (int round = 0; round < kRounds; ++round) {
#pragma unroll
    for (int c = 0; c < kChains; ++c) chain[c] = chain[c] * 0.999f + 0.001f;
  }
  float sum = 0;
  for (int c = 0; c < kChains; ++c) sum += chain[c];
  if (sum == 0.5f) *sink = sum;
}

struct Exponential {
  __device__ __forceinline__ float operator()(float x) const { return cuda::approximate_exp2(x); }
};
struct Division {
  __device__ __forceinline__ float operator()(float x) const { return cuda::approximate_reciprocal(x); }
};

template <class Function>
__global__ void __launch_bounds__(kBlockThreads) function_kernel(Function function, float* sink) {
  cuda::wait_for_kernel_before();
  float chain[kChains];
  for (int c = 0; c < kChains; ++c)
    chain[c] = -0.001f * static_cast<float>(c + 1 + static_cast<int>(threadIdx.x));
  for (int round = 0; round < kRounds / 4; ++round) {
#pragma unroll
    for (int c = 0; c < kChains; ++c) chain[c] = function(chain[c]);
  }
  float sum = 0;
  for (int c = 0; c < kChains; ++c) sum += chain[c];
  if (sum == 0.5f) *sink = sum;
}

__global__ void wait_kernel(std::int64_t cycles) {
  cuda::wait_for_kernel_before();
  const std::int64_t start = cuda::clock_cycles();
  while (cuda::clock_cycles() - start < cycles) {
  }
}

constexpr std::int64_t kBlocksPerMultiprocessor = 8;

std::int64_t blocks_for(std::int64_t count, std::int64_t per_block) {
  return (count + per_block - 1) / per_block;
}

template <class Function>
std::int64_t run_functions(const Function& function, float* sink, int multiprocessors, cudaStream_t stream) {
  const std::int64_t blocks = kBlocksPerMultiprocessor * multiprocessors;
  launch(function_kernel<Function>, blocks, kBlockThreads, Queue{stream}, function, sink);
  return blocks * kBlockThreads * kChains * (kRounds / 4);
}

}  // namespace

namespace cuda_loops {

void step(const Step& step, Matrix a, Matrix b, Matrix out, PassContext pass, cudaStream_t stream) {
  std::visit(
      [&](const auto& op) {
        if (out.element == ops::Element::bf16) return run_step<ops::Bf16>(op, a, b, out, pass, Queue{stream});
        run_step<float>(op, a, b, out, pass, Queue{stream});
      },
      step);
}

void row_sum(Matrix values, float* sums, cudaStream_t stream) {
  const std::int64_t blocks = blocks_for(values.rows, kBlockThreads / 32);
  const std::int32_t width = ops::padded(values.cols);
  if (values.element == ops::Element::bf16)
    return launch(row_sum_kernel<ops::Bf16>, blocks, kBlockThreads, Queue{stream},
                  static_cast<const ops::Bf16*>(values.data), values.ld, values.rows, width, sums);
  launch(row_sum_kernel<float>, blocks, kBlockThreads, Queue{stream}, static_cast<const float*>(values.data),
         values.ld, values.rows, width, sums);
}

void gather(const RowSource& source, Matrix out, PassContext pass, cudaStream_t stream) {
  using Op = ops::LoadInput<ops::KeepValue, 1>;
  const ops::RowIo<1, 1> io{{{source.values, source.ld, source.element}},
                            {out.out()},
                            nullptr,
                            out.rows,
                            out.cols,
                            ops::padded(out.cols)};
  const cuda::RowPass row_pass{.state = pass.state, .row_ids = pass.row_ids, .from_rows = pass.row_ids};
  if (out.element == ops::Element::bf16)
    return cuda::row_map_reduce<Op, All<std::uint8_t, 1>, All<ops::Bf16, 1>>(Op{}, io, row_pass,
                                                                             Queue{stream});
  cuda::row_map_reduce<Op, All<std::uint8_t, 1>, All<float, 1>>(Op{}, io, row_pass, Queue{stream});
}

void copy(float* to, const float* from, std::int64_t count, cudaStream_t stream) {
  cuda::map(ops::KeepParameter{}, ops::MapIo<1, 1>{{from}, {to}, count}, nullptr, Queue{stream});
}
void read(const float* from, std::int64_t count, float* sink, cudaStream_t stream) {
  launch(read_kernel, blocks_for(count, kBlockThreads * kVec * 8), kBlockThreads, Queue{stream}, from, count,
         sink);
}
void fill(float* to, std::int64_t count, cudaStream_t stream) {
  launch(fill_kernel, blocks_for(count, kBlockThreads * kVec), kBlockThreads, Queue{stream}, to, count);
}
void nothing(cudaStream_t stream) { launch(nothing_kernel, 1, 32, Queue{stream}); }

std::int64_t multiply_adds(float* sink, int multiprocessors, cudaStream_t stream) {
  const std::int64_t blocks = kBlocksPerMultiprocessor * multiprocessors;
  launch(multiply_add_kernel, blocks, kBlockThreads, Queue{stream}, sink);
  return blocks * kBlockThreads * kChains * kRounds;
}
std::int64_t exponentials(float* sink, int multiprocessors, cudaStream_t stream) {
  return run_functions(Exponential{}, sink, multiprocessors, stream);
}
std::int64_t divisions(float* sink, int multiprocessors, cudaStream_t stream) {
  return run_functions(Division{}, sink, multiprocessors, stream);
}
void wait(std::int64_t cycles, cudaStream_t stream) { launch(wait_kernel, 1, 1, Queue{stream}, cycles); }

}  // namespace cuda_loops
}  // namespace cuvae::bench
