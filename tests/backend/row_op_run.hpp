// One run of a row op of the table over a matrix, and what it should give.
#pragma once

#include <numeric>

#include "support/compare.hpp"
#include "support/draws.hpp"
#include "support/seam.hpp"

namespace cuvae::test {

struct Shape {
  std::int64_t rows, active_rows;
  std::int32_t cols;
};

inline constexpr ops::NoiseSource kNoiseSource{
    .seed = 0x0123'4567'89AB'CDEF, .purpose = ops::Purpose::latent, .sample = 3};

// Rows of a data set behind the rows of a batch: not in order, and beyond 2^32.
inline std::vector<std::int64_t> some_row_ids(std::int64_t rows) {
  std::vector<std::int64_t> ids(static_cast<std::size_t>(rows));
  std::iota(ids.begin(), ids.end(), (std::int64_t{5} << 32) + 17);
  if (rows > 2) std::swap(ids[0], ids[2]);
  return ids;
}

template <class Row>
std::vector<std::vector<float>> draw_inputs(const Row& row, const Shape& shape, std::uint64_t seed) {
  Draws draws(seed);
  std::vector<std::vector<float>> in;
  for (const Input& input : row.inputs) {
    in.push_back(draws.floats((input.feed == Feed::per_element ? shape.rows : 1) * shape.cols, input));
  }
  return in;
}

struct RowOpResult {
  std::vector<std::vector<float>> out;
  std::vector<float> row_loss;  // empty for an op without one
  bool padding_is_zero = true, surroundings_are_untouched = true;
};

template <class Row>
RowOpResult run_row_op(Backend& backend, const Row& row, const Shape& shape,
                       const std::vector<std::vector<float>>& in) {
  using Op = typename Row::Op;
  ops::StepState state = table_state();
  state.pass.active_rows = static_cast<std::int32_t>(shape.active_rows);
  const Pass pass(backend, state, some_row_ids(shape.rows));
  std::vector<Tensor> out;
  for (int k = 0; k < Op::kOut; ++k) out.emplace_back(backend, shape.rows, shape.cols, kAroundOutputs<Op>);
  const Tensor row_loss(backend, 1, static_cast<std::int32_t>(shape.rows));
  run(SeamCall{backend, pass.context(), shape.active_rows, shape.rows, shape.cols, in, out, row_loss.data(),
               kNoiseSource},
      row.op);
  backend.synchronize();
  RowOpResult result;
  for (const Tensor& tensor : out) {
    result.out.push_back(tensor.values());
    result.padding_is_zero = result.padding_is_zero && tensor.padding_is_zero();
    result.surroundings_are_untouched =
        result.surroundings_are_untouched && tensor.surroundings_are_untouched();
  }
  if (row.loss == RowLoss::summed) result.row_loss = row_loss.values();
  result.surroundings_are_untouched =
      result.surroundings_are_untouched && row_loss.surroundings_are_untouched();
  return result;
}

// The same in double, element by element.
template <class Op>
struct RowOpOracle {
  std::vector<std::array<Expected, Op::kOut>> out;  // rows x cols
  std::vector<Expected> row_loss;
};

template <class Row>
RowOpOracle<typename Row::Op> row_op_oracle(const Row& row, const Shape& shape,
                                            const std::vector<std::vector<float>>& in) {
  using Op = typename Row::Op;
  const ops::StepState state = table_state();
  const Op op = ops::bind(row.op, state);
  const std::vector<std::int64_t> row_ids = some_row_ids(shape.rows);
  RowOpOracle<Op> oracle;
  for (std::int64_t r = 0; r < shape.rows; ++r) {
    Expected loss;
    for (std::int32_t c = 0; c < shape.cols; ++c) {
      if (r >= shape.active_rows) {
        oracle.out.push_back({});
        continue;
      }
      double values[Op::kIn];
      for (std::size_t k = 0; k < Op::kIn; ++k) {
        const std::int64_t from = row.inputs[k].feed == Feed::per_element ? r : 0;
        values[k] = static_cast<double>(in[k][static_cast<std::size_t>(from * shape.cols + c)]);
      }
      const double noise =
          noise_at(Op::kNoise, kNoiseSource, state.step, row_ids[static_cast<std::size_t>(r)], c);
      const auto term = expected_term(op, values, noise);
      std::copy_n(term.begin(), Op::kOut, oracle.out.emplace_back().begin());
      loss += term[Op::kOut];
    }
    oracle.row_loss.push_back(loss);
  }
  return oracle;
}

}  // namespace cuvae::test
