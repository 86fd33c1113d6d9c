// The moves of a step, where its state lives: one block each.
#pragma once

#include "kernels/cuda/column_sum.cuh"
#include "kernels/cuda/launch.cuh"
#include "kernels/cuda/reduce.cuh"
#include "kernels/ops/row_order.hpp"
#include "kernels/ops/step_state.hpp"

namespace cuvae::cuda {

// The next pass of the table, and the data-set row behind each of its rows (0 beyond the active ones).
static __global__ void __launch_bounds__(kBlockThreads)
    begin_pass_kernel(ops::BeginPass move, ops::StepState* state, ops::RowOrder order, std::int64_t* row_ids,
                      std::int64_t rows) {
  wait_for_kernel_before();
  if (threadIdx.x == 0) move(*state);
  __syncthreads();
  const std::int64_t first = state->pass.first_position, active = state->pass.active_rows;
  const std::int32_t epoch = state->epoch;
  for (std::int64_t row = threadIdx.x; row < rows; row += kBlockThreads)
    row_ids[row] = row < active ? order.row(first + row, epoch) : 0;
}

struct RowLosses {
  const float* nll = nullptr;  // [rows, samples]
  const float* kl = nullptr;
  const float* objective = nullptr;  // [rows], or null: the negative ELBO
  std::int64_t rows = 0;
  std::int32_t samples = 1;
  const float* extra = nullptr;  // may be null
  std::int64_t extras = 0;
};

// Of the threads' strides over the values; valid in thread 0.
__device__ __forceinline__ double sum_of(const float* values, std::int64_t count) {
  double sum = 0.0;
  for (std::int64_t i = threadIdx.x; i < count; i += kBlockThreads) sum += static_cast<double>(values[i]);
  return block_sum(sum);
}

// The losses of a pass's rows, each the mean over its samples, added to those of the step.
static __global__ void __launch_bounds__(kBlockThreads)
    add_losses_kernel(RowLosses losses, ops::StepState* state) {
  wait_for_kernel_before();
  const std::int64_t all = losses.rows * losses.samples;
  const double nll = sum_of(losses.nll, all) / losses.samples;
  __syncthreads();
  const double kl = sum_of(losses.kl, all) / losses.samples;
  double objective = 0.0;
  if (losses.objective != nullptr) {
    __syncthreads();
    objective = sum_of(losses.objective, losses.rows);
  }
  double extra = 0.0;
  if (losses.extra != nullptr) {
    __syncthreads();
    extra = sum_of(losses.extra, losses.extras);
  }
  if (threadIdx.x != 0) return;
  if (losses.objective == nullptr) objective = ops::negative_elbo(*state, nll, kl);
  ops::AddLosses{nll, kl, objective + extra}(*state);
}

// The end of a step, with the gradient's sum of squares where a reduction left it.
static __global__ void end_step_kernel(const double* gradient_square, double clip_norm,
                                       ops::StepState* state) {
  wait_for_kernel_before();
  if (threadIdx.x == 0) ops::EndStep{*gradient_square, clip_norm}(*state);
}

// values[0 .. cols) = *value
static __global__ void __launch_bounds__(kBlockThreads)
    broadcast_kernel(const float* value, float* values, std::int32_t cols) {
  wait_for_kernel_before();
  for (std::int32_t col = static_cast<std::int32_t>(threadIdx.x); col < cols; col += kBlockThreads)
    values[col] = *value;
}

// *sum (+)= values[0] + ... + values[cols - 1]
static __global__ void __launch_bounds__(kBlockThreads)
    total_kernel(const float* values, std::int32_t cols, float* sum, SumMode mode) {
  wait_for_kernel_before();
  double all = 0.0;
  for (std::int32_t col = static_cast<std::int32_t>(threadIdx.x); col < cols; col += kBlockThreads)
    all += static_cast<double>(values[col]);
  all = block_sum(all);
  if (threadIdx.x != 0) return;
  const double before = mode == SumMode::accumulate ? static_cast<double>(*sum) : 0.0;
  *sum = static_cast<float>(before + all);
}

}  // namespace cuvae::cuda
