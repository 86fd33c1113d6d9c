// Sums over the rows of a matrix: bias gradients. Blocks own columns, so no sum is split over blocks; within
// a block the order is fixed. Runs of rows are added in float, the runs in double.
#pragma once

#include "kernels/cuda/launch.cuh"
#include "kernels/cuda/pack.cuh"
#include "kernels/cuda/vocabulary.cuh"

namespace cuvae::cuda {

enum class SumMode : std::uint8_t { overwrite, accumulate };

// cols and ld are multiples of a vector.
template <class Stored>
struct ColumnSumIo {
  const Stored* values = nullptr;
  std::int64_t ld = 0, rows = 0;
  std::int32_t cols = 0;
  float* sums = nullptr;
  SumMode mode = SumMode::overwrite;
};

inline constexpr int kSumLanes = 8;                           // threads side by side: 128 bytes of a row
inline constexpr int kSumGroups = kBlockThreads / kSumLanes;  // threads one above the other
inline constexpr int kSumRun = 16;                            // rows added in float

template <class Stored>
static __global__ void __launch_bounds__(kBlockThreads) column_sum_kernel(ColumnSumIo<Stored> io) {
  constexpr int kVec = static_cast<int>(16 / sizeof(Stored)), kCols = kSumLanes * kVec;
  __shared__ double of_group[kSumGroups][kCols];
  wait_for_kernel_before();
  const auto lane = static_cast<std::int32_t>(threadIdx.x % kSumLanes);
  const auto group = static_cast<std::int32_t>(threadIdx.x / kSumLanes);
  const std::int32_t col = static_cast<std::int32_t>(blockIdx.x) * kCols + lane * kVec;
  double sum[kVec] = {};
  if (col < io.cols) {
    for (std::int64_t first = group; first < io.rows; first += kSumGroups * kSumRun) {
      float run[kVec] = {};
#pragma unroll
      for (int r = 0; r < kSumRun; ++r) {
        const std::int64_t row = first + r * kSumGroups;
        if (row >= io.rows) break;
        float values[kVec];
        load(io.values + row * io.ld + col, values);
#pragma unroll
        for (int v = 0; v < kVec; ++v) run[v] += values[v];
      }
#pragma unroll
      for (int v = 0; v < kVec; ++v) sum[v] += static_cast<double>(run[v]);
    }
  }
#pragma unroll
  for (int v = 0; v < kVec; ++v) of_group[group][lane * kVec + v] = sum[v];
  __syncthreads();
  let_next_kernel_start();
  const std::int32_t own =
      static_cast<std::int32_t>(blockIdx.x) * kCols + static_cast<std::int32_t>(threadIdx.x);
  if (threadIdx.x >= kCols || own >= io.cols) return;
  double total = 0.0;
  for (int g = 0; g < kSumGroups; ++g) total += of_group[g][threadIdx.x];
  const float before = io.mode == SumMode::accumulate ? io.sums[own] : 0.0f;
  io.sums[own] = before + static_cast<float>(total);
}

template <class Stored>
void column_sum(const ColumnSumIo<Stored>& io, Queue queue) {
  constexpr std::int64_t kCols = kSumLanes * static_cast<std::int64_t>(16 / sizeof(Stored));
  launch(column_sum_kernel<Stored>, (io.cols + kCols - 1) / kCols, kBlockThreads, queue, io);
}

}  // namespace cuvae::cuda
