// The noise that row_map_reduce_kernel gives its op, against the contract (kernels/ops/noise.hpp).
#include <gtest/gtest.h>

#include "framed.hpp"
#include "kernels/cuda/row_map_reduce.cuh"
#include "kernels/ops/gaussian_latent.hpp"
#include "support/compare.hpp"

namespace cuvae::test {
namespace {

using Floats = cuda::Types<float>;

constexpr std::int64_t kRows = 3, kFirstRow = (std::int64_t{1} << 33) + 5;
constexpr std::int32_t kCols = 45, kWidth = 48;
constexpr std::uint32_t kStep = 0xFFFFFFF0u;
constexpr ops::NoiseSource kSource{
    .seed = 0xFEDC'BA98'7654'3210, .purpose = ops::Purpose::evaluate_binarize, .sample = 0xABCD};

struct TakeUniform {
  static constexpr int kIn = 1, kOut = 1;
  static constexpr ops::Noise kNoise = ops::Noise::uniform;
  static constexpr bool kReadsInput = false;

  template <class Real>
  ops::Term<Real, kOut> operator()(const Real (&)[kIn], Real noise) const {
    return {Real(0.0f), {noise}};
  }
};

enum class Rows { counted, listed };

template <class Op, int kThreadsPerRow, int kVec>
void check(Rows rows, double tolerance) {
  SCOPED_TRACE(std::to_string(kThreadsPerRow) + " threads a row, vectors of " + std::to_string(kVec));
  const Matrix<float> out(kRows, kCols, {.width = kWidth, .ld = kWidth}, Fill::output);
  const std::int64_t ids[kRows] = {kFirstRow, 0, 77};
  ops::RowIo<1, 1> io{.out = {{out.data(), kWidth}}, .rows = kRows, .cols = kCols, .width = kWidth};
  cuda::launch(cuda::row_map_reduce_kernel<Op, Floats, Floats, kThreadsPerRow, kVec>, kRows,
               cuda::kBlockThreads, {}, Op{}, io,
               {.row_ids = rows == Rows::listed ? ids : nullptr,
                .noise = kSource,
                .first_row = kFirstRow,
                .step = kStep});
  for (std::int64_t row = 0; row < kRows; ++row) {
    const std::int64_t id = rows == Rows::listed ? ids[row] : kFirstRow + row;
    for (std::int32_t col = 0; col < kCols; ++col) {
      const double noise = noise_at(Op::kNoise, kSource, kStep, id, col);
      ASSERT_TRUE(is_close(static_cast<double>(out.at(row, col)), {noise, std::abs(noise) + 4}, tolerance))
          << "row " << row << ", column " << col << ": " << out.at(row, col) << " instead of " << noise;
    }
  }
  EXPECT_TRUE(out.padding_is_zero());
  EXPECT_TRUE(out.surroundings_are_untouched());
}

template <class Op>
void check_all(double tolerance) {
  for (const Rows rows : {Rows::counted, Rows::listed}) {
    check<Op, 32, 1>(rows, tolerance);
    check<Op, 32, 4>(rows, tolerance);
    check<Op, 32, 8>(rows, tolerance);
    check<Op, cuda::kBlockThreads, 1>(rows, tolerance);
    check<Op, cuda::kBlockThreads, 4>(rows, tolerance);
  }
}

TEST(RowMapReduceKernel, DrawsTheUniformsOfTheContractExactly) { check_all<TakeUniform>(0); }

TEST(RowMapReduceKernel, DrawsTheNormalsOfTheContract) { check_all<ops::PriorSample>(1e-6); }

}  // namespace
}  // namespace cuvae::test
