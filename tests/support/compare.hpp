// An op in double, and how far float may lie from it: |float - double| <= tolerance (kFloor + slack), where
// slack is the value itself plus what a relative error of 1 in each input would make of it. So a tolerance is
// a number of roundings, whatever the op does to them.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>

#include "kernels/ops/noise.hpp"
#include "kernels/ops/row_op.hpp"

namespace cuvae::test {

inline constexpr double kFloor = 0.05;

struct Expected {
  double value = 0, slack = 0;

  Expected& operator+=(const Expected& other) {
    value += other.value;
    slack += other.slack;
    return *this;
  }
};

inline double allowed_error(const Expected& expected, double tolerance) {
  return tolerance == 0 ? 0 : tolerance * (kFloor + expected.slack);
}

inline bool is_close(double actual, const Expected& expected, double tolerance) {
  return std::abs(actual - expected.value) <= allowed_error(expected, tolerance);
}

// A row op on one element, whether or not it takes noise, with its whole loss in `loss`.
template <class Real, class Op>
ops::Term<Real, Op::kOut> apply(const Op& op, const Real (&in)[Op::kIn], [[maybe_unused]] Real noise) {
  ops::Term<Real, Op::kOut> term;
  if constexpr (Op::kNoise == ops::Noise::none) {
    term = op(in);
  } else {
    term = op(in, noise);
  }
  term.loss += std::log(term.factor);
  return term;
}

// The noise of one element by the letter of the contract (kernels/ops/noise.hpp).
inline double noise_at(ops::Noise kind, const ops::NoiseSource& source, std::int64_t step,
                       std::int64_t row_id, std::int32_t col) {
  if (kind == ops::Noise::none) return 0;
  const ops::PhiloxBlock block = ops::noise_block(
      source.seed, source.purpose, static_cast<std::uint32_t>(step), row_id, source.sample, col / 4);
  if (kind == ops::Noise::uniform) return static_cast<double>(block.x[col % 4] >> 8) * 0x1p-24;
  const std::uint32_t* words = block.x + (col % 4 < 2 ? 0 : 2);
  const double radius = std::sqrt(-2 * std::log(static_cast<double>((words[0] >> 8) + 1) * 0x1p-24));
  const double angle = 2 * M_PI * static_cast<double>(words[1] >> 8) * 0x1p-24;
  return radius * (col % 2 == 0 ? std::cos(angle) : std::sin(angle));
}

// values(in) with their slack; unit_errors[i] is what a relative error of 1 in in[i] comes to.
template <std::size_t kIn, class Values>
auto with_slack(const std::array<double, kIn>& in, const std::array<double, kIn>& unit_errors,
                const Values& values) {
  constexpr double kNudge = 1e-6;
  const auto at = values(in);
  std::array<Expected, std::tuple_size_v<std::decay_t<decltype(at)>>> expected;
  for (std::size_t v = 0; v < at.size(); ++v) expected[v] = {at[v], std::abs(at[v])};
  for (std::size_t i = 0; i < kIn; ++i) {
    auto nudged = in;
    nudged[i] += kNudge * unit_errors[i];
    const auto moved = values(nudged);
    for (std::size_t v = 0; v < at.size(); ++v) expected[v].slack += std::abs(moved[v] - at[v]) / kNudge;
  }
  return expected;
}

// The outputs of a row op on one element, then its loss.
template <class Op>
std::array<Expected, Op::kOut + 1> expected_term(const Op& op, const double (&in)[Op::kIn], double noise) {
  // The angle of a normal is rounded at up to 2 pi, whatever its sine; a uniform is exact.
  constexpr double kNoiseError = Op::kNoise == ops::Noise::normal ? 4 : 0;
  std::array<double, Op::kIn + 1> inputs, errors;
  for (std::size_t k = 0; k < Op::kIn; ++k) {
    inputs[k] = in[k];
    errors[k] = std::abs(in[k]);
  }
  inputs[Op::kIn] = noise;
  errors[Op::kIn] = kNoiseError;
  return with_slack(inputs, errors, [&](const auto& all) {
    double values[Op::kIn];
    std::copy_n(all.begin(), Op::kIn, values);
    const auto term = apply<double>(op, values, all[Op::kIn]);
    std::array<double, Op::kOut + 1> results;
    std::copy_n(term.out, Op::kOut, results.begin());
    results[Op::kOut] = term.loss;
    return results;
  });
}

// The outputs of a map op on one element.
template <class Op>
std::array<Expected, Op::kOut> expected_map(const Op& op, const double (&in)[Op::kIn]) {
  std::array<double, Op::kIn> inputs, errors;
  for (std::size_t k = 0; k < Op::kIn; ++k) {
    inputs[k] = in[k];
    errors[k] = std::abs(in[k]);
  }
  return with_slack(inputs, errors, [&](const auto& all) {
    double values[Op::kIn], outputs[Op::kOut];
    std::copy_n(all.begin(), Op::kIn, values);
    op(values, outputs);
    return std::to_array(outputs);
  });
}

}  // namespace cuvae::test
