// The executor itself: its barriers, and what it makes of kernels that are wrong.
#include "executor.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <vector>

#include "kernels/cuda/launch.cuh"
#include "kernels/cuda/reduce.cuh"

namespace cuvae::test {
namespace {

using cuda::launch, cuda::wait_for_kernel_before, cuda::let_next_kernel_start;

__global__ void place_kernel(std::int64_t* places) {
  wait_for_kernel_before();
  const std::int64_t thread = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x;
  places[thread] = thread * gridDim.x;
}

TEST(SimtExecutor, RunsEveryThreadOfEveryBlock) {
  for (const int threads : {1, 32, 40, 256}) {
    std::vector<std::int64_t> places(static_cast<std::size_t>(3 * threads), -1);
    launch(place_kernel, 3, threads, {}, places.data());
    for (std::size_t i = 0; i < places.size(); ++i) EXPECT_EQ(places[i], static_cast<std::int64_t>(3 * i));
  }
}

// Half of the warps return at once; the others are not kept waiting, and in the next block all are back.
__global__ void early_return_kernel(float* sums) {
  wait_for_kernel_before();
  __shared__ float of_warp[8];
  if (threadIdx.x / 32 % 2 != blockIdx.x % 2) return;
  const float sum = cuda::warp_sum(1.0f);
  if (threadIdx.x % 32 == 0) of_warp[threadIdx.x / 32] = sum;
  __syncthreads();
  if (threadIdx.x % 64 != 32 * (blockIdx.x % 2)) return;
  sums[blockIdx.x * 4 + threadIdx.x / 64] = of_warp[threadIdx.x / 32];
}

TEST(SimtExecutor, LetsThreadsReturnEarly) {
  std::vector<float> sums(12);
  launch(early_return_kernel, 3, 256, {}, sums.data());
  EXPECT_EQ(sums, std::vector<float>(12, 32.0f));
}

__global__ void block_sum_kernel(const double* values, double* sums) {
  wait_for_kernel_before();
  const double sum = cuda::block_sum(values[threadIdx.x] + blockIdx.x);
  if (threadIdx.x == 0) sums[blockIdx.x] = sum;
}

TEST(SimtExecutor, SharesMemoryWithinABlock) {
  std::vector<double> values(256), sums(3);
  for (int i = 0; i < 256; ++i) values[static_cast<std::size_t>(i)] = i;
  launch(block_sum_kernel, 3, 256, {}, values.data(), sums.data());
  EXPECT_EQ(sums, (std::vector<double>{32640, 32896, 33152}));
}

__global__ void throwing_kernel(unsigned thread) {
  wait_for_kernel_before();
  if (threadIdx.x == thread && blockIdx.x == 1) throw std::out_of_range("one thread");
  __syncthreads();
}

TEST(SimtExecutor, PassesOnWhatAThreadThrows) {
  for (const unsigned thread : {0u, 17u, 255u})
    EXPECT_THROW(launch(throwing_kernel, 3, 256, {}, thread), std::out_of_range);
  EXPECT_NO_THROW(launch(throwing_kernel, 3, 256, {}, 256u));
}

__global__ void short_shuffle_kernel() {
  wait_for_kernel_before();
  if (threadIdx.x == 5) return;
  cuda::warp_sum(1.0f);
}

TEST(SimtExecutor, RefusesAShuffleThatLacksALane) {
  EXPECT_THROW(launch(short_shuffle_kernel, 1, 32, {}), std::logic_error);
}

__global__ void part_mask_kernel() {
  wait_for_kernel_before();
  __shfl_xor_sync(0xFFFFu, 1.0f, 1);
}

TEST(SimtExecutor, RefusesAShuffleOfHalfAWarp) {
  EXPECT_THROW(launch(part_mask_kernel, 1, 32, {}), std::logic_error);
}

__global__ void impatient_kernel() {
  if (threadIdx.x == 9) return;
  wait_for_kernel_before();
}
__global__ void hasty_kernel() {
  let_next_kernel_start();
  wait_for_kernel_before();
}

TEST(SimtExecutor, RefusesAKernelThatDoesNotWait) {
  EXPECT_THROW(launch(impatient_kernel, 1, 32, {}), std::logic_error);
  EXPECT_THROW(launch(hasty_kernel, 1, 32, {}), std::logic_error);
}

TEST(SimtExecutor, RefusesALaunchThatCudaWouldRefuse) {
  EXPECT_THROW(launch(impatient_kernel, 1, 1025, {}), std::logic_error);
  EXPECT_THROW(launch(impatient_kernel, 1, 0, {}), std::logic_error);
  EXPECT_THROW(launch(impatient_kernel, std::int64_t{1} << 31, 32, {}), std::logic_error);
  EXPECT_THROW(launch(impatient_kernel, -1, 32, {}), std::logic_error);
  EXPECT_NO_THROW(launch(impatient_kernel, 0, 32, {}));
}

}  // namespace
}  // namespace cuvae::test
