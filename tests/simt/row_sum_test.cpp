// row_sum_kernel against sums of the op in double.
#include "kernels/cuda/row_sum.cuh"

#include <gtest/gtest.h>

#include "framed.hpp"
#include "support/compare.hpp"
#include "support/draws.hpp"
#include "support/op_table.hpp"

namespace cuvae::test {
namespace {

using Op = ops::LatentAloneBackward<ops::SampleGradient::doubly>;
using In = cuda::Types<float, float, float>;

constexpr ops::NoiseSource kSource{
    .seed = 0x0123'4567'89AB'CDEF, .purpose = ops::Purpose::latent, .sample = 3};

struct Case {
  std::int64_t rows, active_rows;
  std::int32_t terms, cols;
};

std::int64_t row_id(std::int64_t row) { return (std::int64_t{5} << 32) + 17 + (row ^ 1); }

Matrix<float> drawn(std::int64_t rows, const Case& c, const Input& input, std::uint64_t seed) {
  Matrix<float> matrix(
      rows, c.cols, {.width = ops::padded(c.cols), .ld = ops::padded(c.cols) + ops::kPadding}, Fill::input);
  Draws draws(seed);
  for (std::int64_t row = 0; row < rows; ++row) {
    for (std::int32_t col = 0; col < ops::padded(c.cols); ++col)
      matrix.at(row, col) = col < c.cols ? static_cast<float>(draws.of(input)) : 0.0f;
  }
  return matrix;
}

template <class Stored>
void check(const Case& c, double tolerance) {
  SCOPED_TRACE(std::to_string(c.rows) + " rows, " + std::to_string(c.terms) + " terms, " +
               std::to_string(c.cols) + " columns");
  const Matrix<float> mean = drawn(c.rows, c, kValue, 1), log_var = drawn(c.rows, c, {-4, 4}, 2),
                      d_z = drawn(c.rows * c.terms, c, kGradient, 3);
  Framed<float> weights(c.rows * c.terms, Fill::input);
  Draws draws(4);
  for (std::int64_t i = 0; i < c.rows * c.terms; ++i) weights[i] = static_cast<float>(draws.uniform(0, 1));
  Framed<std::int64_t> ids(c.rows, Fill::input);
  for (std::int64_t row = 0; row < c.rows; ++row) ids[row] = row_id(row);
  const Layout layout{.width = ops::padded(c.cols), .ld = ops::padded(c.cols) + ops::kPadding};
  const Matrix<Stored> outs[] = {{c.rows, c.cols, layout, Fill::output},
                                 {c.rows, c.cols, layout, Fill::output}};
  ops::StepState state = table_state();
  state.pass.active_rows = static_cast<std::int32_t>(c.active_rows);
  const ops::RowSumIo<3, 2> io{.in = {{mean.data(), mean.ld(), ops::Element::f32, ops::Of::row},
                                      {log_var.data(), log_var.ld(), ops::Element::f32, ops::Of::row},
                                      {d_z.data(), d_z.ld()}},
                               .out = {{outs[0].data(), outs[0].ld(), ops::kElementOf<Stored>},
                                       {outs[1].data(), outs[1].ld(), ops::kElementOf<Stored>}},
                               .rows = c.rows,
                               .terms = c.terms,
                               .cols = c.cols,
                               .width = ops::padded(c.cols),
                               .value = weights.data(),
                               .value_row = c.terms,
                               .value_term = 1};
  cuda::row_sum<Op, In, cuda::Types<Stored, Stored>>(
      Op{}, io, {.state = &state, .row_ids = ids.data(), .noise = kSource}, {});
  for (std::int64_t row = 0; row < c.rows; ++row) {
    for (std::int32_t col = 0; col < c.cols; ++col) {
      Expected wanted[2];
      for (std::int32_t term = 0; row < c.active_rows && term < c.terms; ++term) {
        const std::int64_t at = row * c.terms + term;
        ops::NoiseSource source = kSource;
        source.sample += static_cast<std::uint32_t>(term);
        const double in[] = {static_cast<double>(mean.at(row, col)),
                             static_cast<double>(log_var.at(row, col)), static_cast<double>(d_z.at(at, col))};
        const auto result = expected_term(ops::bind(Op{}, state).of_row(weights[at]), in,
                                          noise_at(ops::Noise::normal, source, state.step, ids[row], col));
        wanted[0] += result[0];
        wanted[1] += result[1];
      }
      for (int k = 0; k < 2; ++k) {
        ASSERT_TRUE(is_close(value_of(outs[k].at(row, col)), wanted[k], tolerance))
            << "output " << k << ", row " << row << ", column " << col << ": "
            << value_of(outs[k].at(row, col)) << " instead of " << wanted[k].value;
      }
    }
  }
  for (const auto& out : outs) EXPECT_TRUE(out.padding_is_zero() && out.surroundings_are_untouched());
}

// 32 groups of threads take terms in turn; 32 or 64 columns are those of a block.
constexpr Case kCases[] = {{1, 1, 2, 1}, {3, 2, 5, 13}, {2, 2, 33, 40}, {2, 2, 65, 7}, {1, 1, 3, 70}};

TEST(RowSumKernel, SumsAnOpOverTheSamplesOfEachRow) {
  for (const Case& c : kCases) check<float>(c, 2e-6);
}

TEST(RowSumKernel, StoresBfloat16) {
  for (const Case& c : kCases) check<ops::Bf16>(c, 0x1p-8);
}

}  // namespace
}  // namespace cuvae::test
