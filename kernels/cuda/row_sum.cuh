// The loop that sums an op over the samples of each row. A block to a row and 8 vectors of its columns; its
// 32 groups of threads take the terms in turn, and their sums are added in order, in double.
#pragma once

#include "kernels/cuda/column_sum.cuh"
#include "kernels/cuda/row_map_reduce.cuh"

namespace cuvae::cuda {

template <class Op, class In, class Out, int kVec>
static __global__ void __launch_bounds__(kBlockThreads)
    row_sum_kernel(Op unbound, ops::RowSumIo<Op::kIn, Op::kOut> io, RowPass pass) {
  constexpr int kCols = kSumLanes * kVec;
  __shared__ float of_group[Op::kOut][kSumGroups][kCols];
  wait_for_kernel_before();
  const std::int32_t parts = (io.width + kCols - 1) / kCols;
  const std::int64_t row = static_cast<std::int32_t>(blockIdx.x) / parts;
  const std::int32_t first = static_cast<std::int32_t>(blockIdx.x) % parts * kCols;
  const auto lane = static_cast<std::int32_t>(threadIdx.x % kSumLanes);
  const auto group = static_cast<std::int32_t>(threadIdx.x / kSumLanes);
  const std::int32_t col = first + lane * kVec;
  const bool active = pass.is_active(row);
  Fast sum[Op::kOut][kVec];
  for (int k = 0; k < Op::kOut; ++k) {
    for (int v = 0; v < kVec; ++v) sum[k][v] = Fast(0.0f);
  }
  if (active && col < io.width) {
    const Op op = pass.state != nullptr ? ops::bind(unbound, *pass.state) : unbound;
    for (std::int32_t term = group; term < io.terms; term += kSumGroups) {
      const std::int64_t at = row * io.terms + term;
      const float* value =
          io.value == nullptr ? nullptr : io.value + row * io.value_row + term * io.value_term;
      const Op of_term = with_value(op, value);
      std::int64_t rows[Op::kIn];
      for (int k = 0; k < Op::kIn; ++k) rows[k] = ops::row_of(io.in[k].of, at, io.terms);
      Fast in[Op::kIn][kVec], noise[kVec];
      load_inputs<In>(io.in, rows, col, in);
      if constexpr (Op::kNoise != ops::Noise::none)
        RowDraw(pass, at, pass.samples * io.terms).template columns<Op::kNoise>(col, noise);
#pragma unroll
      for (int v = 0; v < kVec; ++v) {
        const ops::Term<Fast, Op::kOut> result = apply(of_term, in, noise, v);
        for (int k = 0; k < Op::kOut; ++k) sum[k][v] = sum[k][v] + result.out[k];
      }
    }
  }
  for (int k = 0; k < Op::kOut; ++k) {
    for (int v = 0; v < kVec; ++v) of_group[k][group][lane * kVec + v] = sum[k][v].v;
  }
  __syncthreads();
  let_next_kernel_start();
  const std::int32_t own = first + static_cast<std::int32_t>(threadIdx.x);
  if (threadIdx.x >= kCols || own >= io.width) return;
  [&]<std::size_t... k>(std::index_sequence<k...>) {
    (
        [&] {
          double total = 0.0;
          for (int g = 0; g < kSumGroups; ++g) total += static_cast<double>(of_group[k][g][threadIdx.x]);
          const float result[1] = {own < io.cols ? static_cast<float>(total) : 0.0f};
          store(static_cast<typename Out::template At<k>*>(io.out[k].data) + row * io.out[k].ld + own,
                result);
        }(),
        ...);
  }
  (std::make_index_sequence<Op::kOut>());
}

template <class Op, class In, class Out>
void row_sum(const Op& op, const ops::RowSumIo<Op::kIn, Op::kOut>& io, const RowPass& pass, Queue queue) {
  static_assert(In::kCount == Op::kIn && Out::kCount == Op::kOut);
  constexpr int kVec = kVectorOf<In, Out>, kCols = kSumLanes * kVec;
  launch(row_sum_kernel<Op, In, Out, kVec>, io.rows * ((io.width + kCols - 1) / kCols), kBlockThreads, queue,
         op, io, pass);
}

}  // namespace cuvae::cuda
