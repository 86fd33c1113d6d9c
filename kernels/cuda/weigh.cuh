// Log-weights of samples to their shares of the sum: a warp to a row.
#pragma once

#include "kernels/cuda/fast.cuh"
#include "kernels/cuda/row_map_reduce.cuh"
#include "kernels/ops/log_sum_exp.hpp"
#include "kernels/ops/step_state.hpp"

namespace cuvae::cuda {

// Valid in every lane.
__device__ __forceinline__ ops::LogSumExp<Fast> warp_merge(ops::LogSumExp<Fast> part) {
#pragma unroll
  for (int offset = 16; offset > 0; offset /= 2) {
    ops::LogSumExp<Fast> other;
    other.largest = Fast(__shfl_xor_sync(0xFFFFFFFFu, part.largest.v, offset));
    other.sum = Fast(__shfl_xor_sync(0xFFFFFFFFu, part.sum.v, offset));
    part.merge(other);
  }
  return part;
}

template <class LogWeight>
static __global__ void __launch_bounds__(kBlockThreads)
    weigh_kernel(LogWeight unbound, ops::WeighIo io, RowPass pass) {
  wait_for_kernel_before();
  const std::int64_t row = static_cast<std::int64_t>(blockIdx.x) * (kBlockThreads / 32) + threadIdx.x / 32;
  if (row >= io.rows) return;  // a whole warp, or none
  const LogWeight log_weight = ops::bind(unbound, *pass.state);
  const bool active = pass.is_active(row);
  const auto lane = static_cast<std::int32_t>(threadIdx.x % 32);
  const std::int64_t begin = row * io.samples;
  const auto at = [&](std::int32_t sample) {
    return log_weight(Fast(io.first[begin + sample]),
                      Fast(io.second == nullptr ? 0.0f : io.second[begin + sample]));
  };
  ops::LogSumExp<Fast> sum;
  for (std::int32_t sample = lane; active && sample < io.samples; sample += 32) sum.add(at(sample));
  sum = warp_merge(sum);
  const Fast scale(io.row_scale == nullptr ? 1.0f : io.row_scale[row]);
  for (std::int32_t sample = lane; sample < io.samples; sample += 32)
    io.weights[begin + sample] = active ? (scale * sum.share(at(sample))).v : 0.0f;
  let_next_kernel_start();
  if (lane != 0 || io.negative_log_mean == nullptr) return;
  const float mean = active ? logf(static_cast<float>(io.samples)) - sum.value().v : 0.0f;
  io.negative_log_mean[row] = io.loss == ops::RowLoss::add ? io.negative_log_mean[row] + mean : mean;
}

template <class LogWeight>
void weigh(const LogWeight& op, const ops::WeighIo& io, const RowPass& pass, Queue queue) {
  constexpr std::int64_t kRows = kBlockThreads / 32;
  launch(weigh_kernel<LogWeight>, (io.rows + kRows - 1) / kRows, kBlockThreads, queue, op, io, pass);
}

}  // namespace cuvae::cuda
