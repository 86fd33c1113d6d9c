// How row_map_reduce chooses among its kernels.
#include <gtest/gtest.h>

#include "framed.hpp"
#include "kernels/cuda/row_map_reduce.cuh"
#include "kernels/ops/activation.hpp"

namespace cuvae::test {
namespace {

using Relu = ops::BiasActivation<ops::Relu>;
using Two = cuda::Types<float, float>;
using One = cuda::Types<float>;

TEST(RowMapReduceKernel, GivesABlockToWideRows) {
  EXPECT_FALSE(cuda::wants_block_per_row(1, 256));
  EXPECT_TRUE(cuda::wants_block_per_row(1, 257));
  EXPECT_TRUE(cuda::wants_block_per_row(4095, 1024));
  EXPECT_FALSE(cuda::wants_block_per_row(4096, 1024));
  EXPECT_TRUE(cuda::wants_block_per_row(std::int64_t{1} << 40, 1025));
}

TEST(RowMapReduceKernel, KnowsWhatIsAligned) {
  alignas(64) static float memory[64];
  const ops::RowIo<2, 1> aligned{
      .in = {{memory, 16}, {memory, 0}}, .out = {{memory, 16}}, .rows = 2, .cols = 13, .width = 16};
  EXPECT_TRUE(cuda::is_aligned<Relu>(aligned, 4));
  EXPECT_TRUE(cuda::is_aligned<Relu>(aligned, 8));
  for (const int vec : {4, 8}) {
    auto io = aligned;
    io.width = 13;
    EXPECT_FALSE(cuda::is_aligned<Relu>(io, vec)) << "width";
    io = aligned;
    io.in[1].data = memory + 1;
    EXPECT_FALSE(cuda::is_aligned<Relu>(io, vec)) << "an input's address";
    io = aligned;
    io.out[0].data = memory + 2;
    EXPECT_FALSE(cuda::is_aligned<Relu>(io, vec)) << "an output's address";
    io = aligned;
    io.in[0].ld = 18;
    EXPECT_FALSE(cuda::is_aligned<Relu>(io, vec)) << "an input's leading dimension";
    io = aligned;
    io.out[0].ld = 17;
    EXPECT_FALSE(cuda::is_aligned<Relu>(io, vec)) << "an output's leading dimension";
  }
  auto narrow = aligned;
  narrow.out[0] = {reinterpret_cast<ops::Bf16*>(memory) + 4, 16, ops::Element::bf16};
  EXPECT_FALSE(cuda::is_aligned<Relu>(narrow, 8)) << "8 bytes where a vector has 16";
  narrow.out[0] = {reinterpret_cast<std::uint8_t*>(memory) + 8, 16, ops::Element::u8};
  EXPECT_TRUE(cuda::is_aligned<Relu>(narrow, 8)) << "a vector of bytes has 8";
}

// The undefined-behaviour sanitizer reports a vector that is not aligned.
TEST(RowMapReduceKernel, TakesOperandsOfAnyAlignment) {
  const std::int32_t widths[] = {13, 16, 300, 304};
  for (const std::int32_t width : widths) {
    for (const std::int64_t gap : {0, 1, 8}) {
      for (const std::int64_t offset : {0, 1, 2, 4}) {
        SCOPED_TRACE(testing::Message() << "width " << width << ", gap " << gap << ", offset " << offset);
        const std::int32_t cols = width - 3;
        const Layout layout{.width = width, .ld = width + gap, .offset = offset};
        const Matrix<float> in(3, cols, layout, Fill::input), bias(1, cols, layout, Fill::input);
        const Matrix<float> out(3, cols, layout, Fill::output);
        for (std::int32_t col = 0; col < cols; ++col) {
          bias.at(0, col) = -10;
          for (std::int64_t row = 0; row < 3; ++row) in.at(row, col) = static_cast<float>(row * cols + col);
        }
        const ops::RowIo<2, 1> io{.in = {{in.data(), layout.ld}, {bias.data(), 0}},
                                  .out = {{out.data(), layout.ld}},
                                  .rows = 3,
                                  .cols = cols,
                                  .width = width};
        cuda::row_map_reduce_unaligned<Relu, Two, One>({}, io, {}, {});
        for (std::int64_t row = 0; row < 3; ++row) {
          for (std::int32_t col = 0; col < cols; ++col)
            ASSERT_EQ(out.at(row, col), std::max(0.0f, static_cast<float>(row * cols + col - 10)));
        }
        EXPECT_TRUE(out.padding_is_zero());
        EXPECT_TRUE(out.surroundings_are_untouched());
      }
    }
  }
}

}  // namespace
}  // namespace cuvae::test
