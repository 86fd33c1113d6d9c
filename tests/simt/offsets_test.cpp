// Elements more than 2^31 behind the first one: offsets that do not fit into 32 bits.
#include <gtest/gtest.h>

#include "kernels/cuda/column_sum.cuh"
#include "kernels/cuda/map.cuh"
#include "kernels/cuda/row_map_reduce.cuh"
#include "kernels/ops/binarize.hpp"
#include "kernels/ops/optimizer.hpp"
#include "sparse.hpp"

namespace cuvae::test {
namespace {

using Floats = cuda::Types<float>;
using KeepInput = ops::LoadInput<ops::KeepValue, 1>;

template <int kThreadsPerRow, int kVec>
void check_rows() {
  SCOPED_TRACE(std::to_string(kThreadsPerRow) + " threads a row, vectors of " + std::to_string(kVec));
  const Sparse<float> in(kBeyondInt + 8), out(kBeyondInt + 8);
  for (std::int64_t col = 0; col < 8; ++col) {
    in[col] = static_cast<float>(1 + col);
    in[kBeyondInt + col] = static_cast<float>(101 + col);
  }
  const ops::RowIo<1, 1> io{
      .in = {{in.data(), kBeyondInt}}, .out = {{out.data(), kBeyondInt}}, .rows = 2, .cols = 8, .width = 8};
  cuda::launch(cuda::row_map_reduce_kernel<ops::KeepValue, Floats, Floats, kThreadsPerRow, kVec>, 2,
               cuda::kBlockThreads, {}, ops::KeepValue{}, io, {});
  for (std::int64_t col = 0; col < 8; ++col) {
    EXPECT_EQ(out[col], static_cast<float>(1 + col));
    EXPECT_EQ(out[kBeyondInt + col], static_cast<float>(101 + col));
  }
}

TEST(RowMapReduceKernel, ReachesRowsFarApart) {
  check_rows<32, 1>();
  check_rows<32, 4>();
  check_rows<cuda::kBlockThreads, 4>();
}

TEST(RowMapReduceKernel, GathersFromFarRows) {
  constexpr std::int64_t kRow = kBeyondInt / 8;
  const Sparse<std::uint8_t> data(2 * kBeyondInt + 8);
  for (std::int64_t col = 0; col < 8; ++col) data[2 * kRow * 8 + col] = static_cast<std::uint8_t>(200 + col);
  const std::int64_t from[1] = {2 * kRow};
  alignas(32) float out[8] = {};
  const ops::RowIo<1, 1> io{.in = {{data.data(), 8}}, .out = {{out, 8}}, .rows = 1, .cols = 8, .width = 8};
  cuda::launch(cuda::row_map_reduce_kernel<KeepInput, cuda::Types<std::uint8_t>, Floats, 32, 8>, 1,
               cuda::kBlockThreads, {}, KeepInput{}, io, {.from_rows = from});
  for (int col = 0; col < 8; ++col) EXPECT_EQ(out[col], static_cast<float>(200 + col));
}

TEST(MapKernel, ReachesElementsFarBehind) {
  constexpr std::int64_t kPerBlock = std::int64_t{cuda::kBlockThreads} * cuda::kMapVec;
  constexpr std::int64_t kBlock = (std::int64_t{1} << 31) / kPerBlock, kFirst = kBlock * kPerBlock;
  const Sparse<float> parameter(kBeyondInt), velocity(kBeyondInt), gradient(kBeyondInt);
  const Sparse<ops::Bf16> copy(kBeyondInt);
  for (std::int64_t i = 0; i < 8; ++i) {
    parameter[kFirst + i] = 1;
    gradient[kFirst + i] = static_cast<float>(i);
  }
  const ops::Sgd sgd{.learning_rate = 0.5f};
  const ops::MapIo<3, 2> io{.in = {parameter.data(), velocity.data(), gradient.data()},
                            .out = {parameter.data(), velocity.data()},
                            .size = kBeyondInt,
                            .copy = copy.data()};
  simt::run({.grid_blocks = kBlock + 1,
             .first_block = kBlock,
             .end_block = kBlock + 1,
             .threads = cuda::kBlockThreads},
            [&] { cuda::map_kernel<ops::Sgd>(sgd, io, nullptr); });
  for (std::int64_t i = 0; i < 8; ++i) {
    EXPECT_EQ(velocity[kFirst + i], static_cast<float>(i));
    EXPECT_EQ(parameter[kFirst + i], 1 - 0.5f * static_cast<float>(i));
    EXPECT_EQ(copy[kFirst + i].value(), 1 - 0.5f * static_cast<float>(i));
  }
}

TEST(ColumnSumKernel, ReachesRowsFarApart) {
  const Sparse<float> values(kBeyondInt + 8);
  for (std::int64_t col = 0; col < 8; ++col) {
    values[col] = static_cast<float>(col);
    values[kBeyondInt + col] = 100;
  }
  float sums[8] = {};
  cuda::column_sum(
      cuda::ColumnSumIo<float>{.values = values.data(), .ld = kBeyondInt, .rows = 2, .cols = 8, .sums = sums},
      {});
  for (int col = 0; col < 8; ++col) EXPECT_EQ(sums[col], static_cast<float>(100 + col));
}

}  // namespace
}  // namespace cuvae::test
