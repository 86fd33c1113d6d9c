// The loop of ops over groups of columns (kernels/ops/categorical_nll.hpp). A warp or a block to a row, in
// teams of threads that take its groups in turn. Groups begin at any column, so elements are moved one by
// one.
#pragma once

#include "kernels/cuda/row_map_reduce.cuh"
#include "kernels/ops/categorical_nll.hpp"

namespace cuvae::cuda {

// Element `col` of a row of `operand`.
template <class Stored>
__device__ __forceinline__ Fast element_of(const ops::Input& operand, std::int64_t row, std::int32_t col) {
  float value[1];
  load(static_cast<const Stored*>(operand.data) + row * operand.ld + col, value);
  return Fast(value[0]);
}

template <class Stored>
__device__ __forceinline__ void set_element(const ops::Output& operand, std::int64_t row, std::int32_t col,
                                            Fast value) {
  const float values[1] = {value.v};
  store(static_cast<Stored*>(operand.data) + row * operand.ld + col, values);
}

template <class Op, class In, class Out, int kThreadsPerRow, int kTeam>
static __global__ void __launch_bounds__(kBlockThreads)
    group_map_reduce_kernel(Op unbound, ops::RowIo<Op::kIn, 1> io, std::int32_t categories, RowPass pass) {
  using Logit = typename In::template At<0>;
  using Result = typename Out::template At<0>;
  constexpr std::int32_t kTeams = kThreadsPerRow / kTeam;
  wait_for_kernel_before();
  const std::int64_t row =
      static_cast<std::int64_t>(blockIdx.x) * (kBlockThreads / kThreadsPerRow) + threadIdx.x / kThreadsPerRow;
  if (row >= io.rows) return;  // a whole warp, or none
  const Op op = ops::bind(unbound, *pass.state);
  const std::int32_t cols = pass.is_active(row) ? io.cols : 0;
  std::int64_t rows[Op::kIn];
  for (int k = 0; k < Op::kIn; ++k) rows[k] = ops::row_of(io.in[k].of, row, io.samples);
  const auto thread = static_cast<std::int32_t>(threadIdx.x % kThreadsPerRow);
  const std::int32_t lane = thread % kTeam;

  Fast loss(0.0f);
  // Every team comes as often as the first: its warp's shuffles need it.
  for (std::int32_t first = 0; first < cols; first += kTeams * categories) {
    const std::int32_t begin = first + thread / kTeam * categories;
    const std::int32_t end = begin + categories < cols ? begin + categories : cols;
    Fast largest(ops::kNoLogit), sum(0.0f), weight(0.0f);
    for (std::int32_t col = begin + lane; col < end; col += kTeam)
      largest = max(largest, element_of<Logit>(io.in[0], rows[0], col));
    largest = Fast(team_max<kTeam>(largest.v));
    for (std::int32_t col = begin + lane; col < end; col += kTeam) {
      sum = sum + ops::exp_below(element_of<Logit>(io.in[0], rows[0], col), largest);
      if constexpr (Op::kIn > 1)
        weight = weight + element_of<typename In::template At<1>>(io.in[1], rows[1], col);
    }
    sum = Fast(team_sum<kTeam>(sum.v));
    weight = Fast(team_sum<kTeam>(weight.v));
    const auto group = ops::CategoryGroup<Fast>::of(largest, sum, weight);
    for (std::int32_t col = begin + lane; col < end; col += kTeam) {
      Fast in[Op::kIn];
      in[0] = element_of<Logit>(io.in[0], rows[0], col);
      if constexpr (Op::kIn > 1) in[1] = element_of<typename In::template At<1>>(io.in[1], rows[1], col);
      const ops::Term<Fast, 1> term = op(in, group);
      set_element<Result>(io.out[0], row, col, term.out[0]);
      loss = loss + term.loss;
    }
  }
  for (std::int32_t col = cols + thread; col < io.width; col += kThreadsPerRow)
    set_element<Result>(io.out[0], row, col, Fast(0.0f));
  let_next_kernel_start();
  if constexpr (ops::kHasLoss<Op>) {
    const float total = row_sum<kThreadsPerRow>(loss.v);
    if (thread == 0) io.row_loss[row] = total;
  }
}

// Threads to a group: few leave fewer idle, a warp shares the work of a wide one.
inline constexpr int kFewThreads = 4, kWideTeam = 32;
inline constexpr std::int32_t kWideGroup = 32;

template <class Op, class In, class Out, int kThreadsPerRow>
void launch_group_map_reduce(const Op& op, const ops::RowIo<Op::kIn, 1>& io, std::int32_t categories,
                             const RowPass& pass, Queue queue) {
  constexpr std::int64_t kRows = kBlockThreads / kThreadsPerRow;
  const auto kernel = categories < kWideGroup
                          ? group_map_reduce_kernel<Op, In, Out, kThreadsPerRow, kFewThreads>
                          : group_map_reduce_kernel<Op, In, Out, kThreadsPerRow, kWideTeam>;
  launch(kernel, (io.rows + kRows - 1) / kRows, kBlockThreads, queue, op, io, categories, pass);
}

template <class Op, class In, class Out>
void group_map_reduce(const Op& op, const ops::RowIo<Op::kIn, 1>& io, std::int32_t categories,
                      const RowPass& pass, Queue queue) {
  if (wants_block_per_row(io.rows, io.width)) {
    launch_group_map_reduce<Op, In, Out, kBlockThreads>(op, io, categories, pass, queue);
  } else {
    launch_group_map_reduce<Op, In, Out, 32>(op, io, categories, pass, queue);
  }
}

}  // namespace cuvae::cuda
