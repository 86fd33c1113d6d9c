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

// One call of a row op with its operands prepared, so that run() is the backend's work and nothing else.
template <class Row>
class RowOpCall {
 public:
  using Op = typename Row::Op;

  RowOpCall(Backend& backend, const Row& row, const Shape& shape, const std::vector<std::vector<float>>& in)
      : backend_(backend),
        row_(row),
        active_rows_(shape.active_rows),
        pass_(backend, state_of(shape), some_row_ids(shape.rows)),
        row_loss_(backend, 1, static_cast<std::int32_t>(shape.rows)) {
    for (const auto& values : in)
      in_.emplace_back(backend, static_cast<std::int64_t>(values.size()) / shape.cols, shape.cols, values);
    for (int k = 0; k < Op::kOut; ++k) out_.emplace_back(backend, shape.rows, shape.cols, kAroundOutputs<Op>);
    refill(in);
  }

  // An input that run() writes over, as it was.
  void refill(const std::vector<std::vector<float>>& in) {
    if constexpr (kWritesOverItsInput<Op>) out_[0].fill(in[0]);
  }

  void run() const {
    test::run(SeamCall{backend_, pass_.context(), active_rows_, in_, out_, row_loss_.data(), kNoiseSource},
              row_.op);
    backend_.synchronize();
  }

  [[nodiscard]] RowOpResult result() const {
    RowOpResult result;
    for (const Tensor& tensor : out_) {
      result.out.push_back(tensor.values());
      result.padding_is_zero = result.padding_is_zero && tensor.padding_is_zero();
      result.surroundings_are_untouched =
          result.surroundings_are_untouched && tensor.surroundings_are_untouched();
    }
    if (row_.loss == RowLoss::summed) result.row_loss = row_loss_.values();
    result.surroundings_are_untouched =
        result.surroundings_are_untouched && row_loss_.surroundings_are_untouched();
    return result;
  }

 private:
  static ops::StepState state_of(const Shape& shape) {
    ops::StepState state = table_state();
    state.pass.active_rows = static_cast<std::int32_t>(shape.active_rows);
    return state;
  }

  Backend& backend_;
  const Row& row_;
  std::int64_t active_rows_;
  Pass pass_;
  Tensor row_loss_;
  std::vector<Tensor> in_, out_;
};

template <class Row>
RowOpResult run_row_op(Backend& backend, const Row& row, const Shape& shape,
                       const std::vector<std::vector<float>>& in) {
  const RowOpCall call(backend, row, shape, in);
  call.run();
  return call.result();
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
