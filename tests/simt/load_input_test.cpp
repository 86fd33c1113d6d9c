// The input op through row_map_reduce_kernel: data-set rows gathered by their ids, bytes and floats.
#include <gtest/gtest.h>

#include "framed.hpp"
#include "kernels/cuda/row_map_reduce.cuh"
#include "kernels/ops/binarize.hpp"
#include "support/compare.hpp"
#include "support/draws.hpp"

namespace cuvae::test {
namespace {

constexpr std::int64_t kDataRows = 11;
constexpr std::int64_t kIds[] = {10, 3, 3, 0, 7, 1, 9, 5, 2};
constexpr std::int64_t kRows = std::size(kIds), kActive = 7;
constexpr ops::NoiseSource kSource{.seed = 3, .purpose = ops::Purpose::binarize};

template <class Stored>
void fill(const Matrix<Stored>& data, std::int32_t cols) {
  Draws draws(5);
  for (std::int64_t row = 0; row < data.rows(); ++row) {
    for (std::int32_t col = 0; col < cols; ++col) {
      const double value = draws.uniform(0, 1);
      data.at(row, col) = stored<Stored>(std::is_same_v<Stored, float> ? value : std::floor(256 * value));
    }
  }
}

template <class Op>
float expected(const Op& op, float value, std::int64_t id, std::int32_t col, const ops::StepState& state) {
  const float in[1] = {value};
  return apply(op, in, static_cast<float>(noise_at(Op::kNoise, kSource, state.step, id, col))).out[0];
}

template <class Op, class Stored, class... Outs, int kThreadsPerRow, int kVec>
void check(std::integral_constant<int, kThreadsPerRow>, std::integral_constant<int, kVec>,
           std::int32_t cols) {
  SCOPED_TRACE(std::to_string(cols) + " columns, " + std::to_string(kThreadsPerRow) +
               " threads a row, vectors of " + std::to_string(kVec));
  const Layout layout{.width = ops::padded(cols), .ld = ops::padded(cols)};
  const Matrix<Stored> data(kDataRows, cols, layout, Fill::input);
  fill(data, cols);
  const std::tuple<Matrix<Outs>...> outs{Matrix<Outs>(kRows, cols, layout, Fill::output)...};
  const Op op{.scale = std::is_same_v<Stored, float> ? 1.0f : 1.0f / 255};
  ops::StepState state;
  state.step = 12;
  state.pass.active_rows = kActive;
  const auto output = [&](const auto& out) { return ops::Output{out.data(), layout.ld}; };
  const ops::RowIo<1, Op::kOut> io{.in = {{data.data(), layout.ld}},
                                   .out = {output(std::get<Matrix<Outs>>(outs))...},
                                   .rows = kRows,
                                   .cols = cols,
                                   .width = layout.width};
  constexpr std::int64_t kPerBlock = cuda::kBlockThreads / kThreadsPerRow;
  cuda::launch(
      cuda::row_map_reduce_kernel<Op, cuda::Types<Stored>, cuda::Types<Outs...>, kThreadsPerRow, kVec>,
      (kRows + kPerBlock - 1) / kPerBlock, cuda::kBlockThreads, {}, op, io,
      {.state = &state, .row_ids = kIds, .from_rows = kIds, .noise = kSource});
  const auto check_output = [&]<class Out>(const Matrix<Out>& out) {
    for (std::int64_t row = 0; row < kRows; ++row) {
      for (std::int32_t col = 0; col < cols; ++col) {
        const auto value = static_cast<float>(value_of(data.at(kIds[row], col)));
        const float is = row < kActive ? expected(op, value, kIds[row], col, state) : 0.0f;
        ASSERT_EQ(value_of(out.at(row, col)), value_of(stored<Out>(static_cast<double>(is))))
            << "row " << row << ", column " << col;
      }
    }
    EXPECT_TRUE(out.padding_is_zero());
    EXPECT_TRUE(out.surroundings_are_untouched());
  };
  (check_output(std::get<Matrix<Outs>>(outs)), ...);
}

template <class Rule, class Stored>
void check_rule() {
  using Warp = std::integral_constant<int, 32>;
  using Block = std::integral_constant<int, cuda::kBlockThreads>;
  constexpr std::integral_constant<int, 1> kOne;
  constexpr std::integral_constant<int, cuda::kVectorOf<cuda::Types<Stored>, cuda::Types<float>>> kVector;
  constexpr std::integral_constant<int, 8> kEight;
  using One = ops::LoadInput<Rule, 1>;
  using Two = ops::LoadInput<Rule, 2>;
  for (const std::int32_t cols : {1, 13, 33, 257}) {
    check<One, Stored, float>(Warp{}, kVector, cols);
    check<One, Stored, float>(Block{}, kOne, cols);
    check<Two, Stored, float, ops::Bf16>(Warp{}, kOne, cols);
    check<Two, Stored, float, ops::Bf16>(Block{}, kEight, cols);
  }
}

TEST(RowMapReduceKernel, GathersRowsOfBytes) {
  check_rule<ops::KeepValue, std::uint8_t>();
  check_rule<ops::BinarizeThreshold, std::uint8_t>();
  check_rule<ops::BinarizeDynamic, std::uint8_t>();
}

TEST(RowMapReduceKernel, GathersRowsOfFloats) {
  check_rule<ops::KeepValue, float>();
  check_rule<ops::BinarizeDynamic, float>();
}

}  // namespace
}  // namespace cuvae::test
