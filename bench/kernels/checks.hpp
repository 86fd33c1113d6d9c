// Whether a benchmark's results are right: each op in double on the rows that are looked at. This finds a
// kernel that computes something else, or nothing; how many digits are right is for the tests to say.
#pragma once

#include <cmath>
#include <string>

#include "bench/kernels/operation.hpp"
#include "support/compare.hpp"

namespace cuvae::bench {

[[nodiscard]] inline bool agree(double actual, double expected, double size, Type type) {
  constexpr double kSmall = 0.01;
  const double tolerance = type == Type::bf16 ? 1e-2 : 1e-3;
  return std::abs(actual - expected) <= tolerance * (size + kSmall);  // false for NaN
}

[[nodiscard]] inline std::string wrong(const std::string& what, std::int64_t row, std::int32_t col,
                                       double actual, double expected) {
  return what + " is " + std::to_string(actual) + " at row " + std::to_string(row) + ", column " +
         std::to_string(col) + "; it should be " + std::to_string(expected);
}

template <class Op>
std::string disagreement_of(const Op& unbound, const Outcome& outcome) {
  const Op op = ops::bind(unbound, outcome.state);
  for (std::int64_t row = 0; row < outcome.shape.rows; ++row) {
    const std::int64_t id = outcome.row_ids[static_cast<std::size_t>(row)];
    double loss = 0, size = 0;
    for (std::int32_t col = 0; col < outcome.shape.cols; ++col) {
      double in[Op::kIn] = {};
      for (std::size_t k = 0; ops::kReadsInput<Op> && k < Op::kIn; ++k)
        in[k] = outcome.input(k, ops::kGathers<Op> ? id : row, col);
      const auto term = test::apply(op, in, test::noise_at(Op::kNoise, kNoise, outcome.state.step, id, col));
      for (std::size_t k = 0; k < outcome.out.size(); ++k) {
        const auto at = static_cast<std::size_t>(row * outcome.shape.cols + col);
        const double actual = static_cast<double>(outcome.out[k][at]), expected = term.out[k];
        if (!agree(actual, expected, std::abs(expected), outcome.type))
          return wrong("output " + std::to_string(k), row, col, actual, expected);
      }
      loss += term.loss;
      size += std::abs(term.loss);
    }
    if (outcome.row_loss.empty()) continue;
    const auto actual = static_cast<double>(outcome.row_loss[static_cast<std::size_t>(row)]);
    if (!agree(actual, loss, size, outcome.type)) return wrong("the loss", row, 0, actual, loss);
  }
  return "";
}

template <class Op>
std::string disagreement_of_update(const Op& unbound, const Outcome& outcome) {
  const Op op = ops::bind(unbound, outcome.state);
  for (std::int64_t row = 0; row < outcome.shape.rows; ++row) {
    for (std::int32_t col = 0; col < outcome.shape.cols; ++col) {
      double in[Op::kIn] = {}, out[Op::kOut] = {};
      for (std::size_t k = 0; k < Op::kIn; ++k) in[k] = outcome.input(k, row, col);
      op(in, out);
      const auto at = static_cast<std::size_t>(row * outcome.shape.cols + col);
      for (std::size_t k = 0; k < Op::kOut; ++k) {
        const auto actual = static_cast<double>(outcome.out[k][at]);
        if (!agree(actual, out[k], std::abs(out[k]), Type::fp32))
          return wrong("output " + std::to_string(k), row, col, actual, out[k]);
      }
    }
  }
  return "";
}

}  // namespace cuvae::bench
