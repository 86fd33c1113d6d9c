// One number to a row and a row to one number: broadcast_kernel and total_kernel.
#include <gtest/gtest.h>

#include "framed.hpp"
#include "kernels/cuda/step.cuh"
#include "support/draws.hpp"

namespace cuvae::test {
namespace {

constexpr std::int32_t kCols[] = {1, 3, 8, 31, 32, 33, 255, 256, 257, 1025};

TEST(BroadcastKernel, RepeatsTheValue) {
  for (const std::int32_t cols : kCols) {
    SCOPED_TRACE(cols);
    const Framed<float> values(cols, Fill::output);
    const float value = -1.25f;
    cuda::launch(cuda::broadcast_kernel, 1, cuda::kBlockThreads, {}, &value, values.data(), cols);
    for (std::int32_t col = 0; col < cols; ++col) ASSERT_EQ(values[col], value) << "column " << col;
    EXPECT_TRUE(values.frame_is_untouched());
  }
}

float total_of(const Framed<float>& values, std::int32_t cols, cuda::SumMode mode) {
  float sum = 10;
  cuda::launch(cuda::total_kernel, 1, cuda::kBlockThreads, {}, values.data(), cols, &sum, mode);
  return sum;
}

// Exact: the terms are multiples of 2^-10, so that their order does not matter, and the sum needs 24 bits.
TEST(TotalKernel, AddsTheColumns) {
  for (const std::int32_t cols : kCols) {
    SCOPED_TRACE(cols);
    const Framed<float> values(cols, Fill::input);
    Draws draws(13);
    double expected = 0;
    for (std::int32_t col = 0; col < cols; ++col) {
      values[col] = static_cast<float>(draws.below(1 << 13) - (1 << 12)) * 0x1p-10f;
      expected += static_cast<double>(values[col]);
    }
    EXPECT_EQ(static_cast<double>(total_of(values, cols, cuda::SumMode::overwrite)), expected);
    EXPECT_EQ(static_cast<double>(total_of(values, cols, cuda::SumMode::accumulate)), 10 + expected);
  }
}

TEST(TotalKernel, AddsInDouble) {
  const Framed<float> values(3, Fill::input);
  values[0] = 0x1p30f;
  values[1] = 1;
  values[2] = -0x1p30f;
  EXPECT_EQ(total_of(values, 3, cuda::SumMode::overwrite), 1.0f);
}

}  // namespace
}  // namespace cuvae::test
