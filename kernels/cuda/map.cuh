// The loop of the map ops: one pass over a flat arena.
#pragma once

#include "kernels/cuda/fast.cuh"
#include "kernels/cuda/launch.cuh"
#include "kernels/cuda/pack.cuh"
#include "kernels/ops/row_op.hpp"
#include "kernels/ops/step_state.hpp"

namespace cuvae::cuda {

inline constexpr int kMapVec = 8;

// Writes nothing where the state says that this update is skipped; without a state the op is bound.
template <class Op>
static __global__ void __launch_bounds__(kBlockThreads)
    map_kernel(Op unbound, ops::MapIo<Op::kIn, Op::kOut> io, const ops::StepState* state) {
  wait_for_kernel_before();
  const std::int64_t first = (static_cast<std::int64_t>(blockIdx.x) * kBlockThreads + threadIdx.x) * kMapVec;
  if (first >= io.size || (state != nullptr && state->finite == 0)) return;
  const Op op = state != nullptr ? ops::bind(unbound, *state) : unbound;
  float in[Op::kIn][kMapVec], out[Op::kOut][kMapVec];
#pragma unroll
  for (int k = 0; k < Op::kIn; ++k) load(io.in[k] + first, in[k]);
  let_next_kernel_start();
#pragma unroll
  for (int v = 0; v < kMapVec; ++v) {
    Fast element[Op::kIn], result[Op::kOut];
#pragma unroll
    for (int k = 0; k < Op::kIn; ++k) element[k] = Fast(in[k][v]);
    op(element, result);
#pragma unroll
    for (int k = 0; k < Op::kOut; ++k) out[k][v] = result[k].v;
  }
#pragma unroll
  for (int k = 0; k < Op::kOut; ++k) store(io.out[k] + first, out[k]);
  if (io.copy != nullptr) store(io.copy + first, out[0]);
}

template <class Op>
void map(const Op& op, const ops::MapIo<Op::kIn, Op::kOut>& io, const ops::StepState* state, Queue queue) {
  constexpr std::int64_t kPerBlock = std::int64_t{kBlockThreads} * kMapVec;
  launch(map_kernel<Op>, (io.size + kPerBlock - 1) / kPerBlock, kBlockThreads, queue, op, io, state);
}

}  // namespace cuvae::cuda
