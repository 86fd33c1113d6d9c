// What an op looks like, and the view of memory a loop runs it over.
//
// An op is a small struct: how many inputs and outputs, what noise it wants, and a pure function from one
// element's values to its loss term and outputs. It is written once, over `Real`: float on the GPU, a pack of
// floats on the CPU, double as the oracle of the tests. A loop reads an element's inputs before it writes its
// outputs, so an output may lie in place of an input.
#pragma once

#include <cmath>
#include <concepts>
#include <cstdint>

#include "kernels/ops/element.hpp"
#include "kernels/ops/host_device.hpp"
#include "kernels/ops/noise.hpp"

namespace cuvae::ops {

// Internal rows are padded to a multiple of this many elements, so that every access is full width.
inline constexpr std::int64_t kPadding = 8;

constexpr std::int64_t padded(std::int64_t cols) { return (cols + kPadding - 1) / kPadding * kPadding; }
constexpr std::int32_t padded(std::int32_t cols) {
  return static_cast<std::int32_t>(padded(std::int64_t{cols}));
}

// Packs bring their own; a branch would not serve them.
template <std::floating_point Real>
CUVAE_HD Real select(bool condition, Real a, Real b) {
  return condition ? a : b;
}
template <std::floating_point Real>
CUVAE_HD Real max(Real a, Real b) {
  return a > b ? a : b;
}

// An op whose numbers change from step to step takes them from the state where the loop runs: `at(state)`
// gives the op of this pass, so that a captured step needs no new arguments.
template <class Op, class State>
CUVAE_HD Op bind(const Op& op, const State& state) {
  if constexpr (requires { op.at(state); }) {
    return op.at(state);
  } else {
    return op;
  }
}

// An op that needs a number of its row: `of_row(value)` gives the op of that row.
template <class Op>
inline constexpr bool kTakesRowValue = requires(const Op& op) {
  op.of_row(0.0f);
};

// What few ops say of themselves: that they have a loss; that they leave their input unread; that the loop
// reads the data-set row behind each row.
template <class Op>
inline constexpr bool kHasLoss = [] {
  if constexpr (requires { Op::kHasLoss; }) return Op::kHasLoss;
  return false;
}();
template <class Op>
inline constexpr bool kReadsInput = [] {
  if constexpr (requires { Op::kReadsInput; }) return Op::kReadsInput;
  return true;
}();
template <class Op>
inline constexpr bool kGathers = [] {
  if constexpr (requires { Op::kGathers; }) return Op::kGathers;
  return false;
}();

// An op may have no output but its loss.
template <int kOutputs>
inline constexpr int kAtLeastOne = kOutputs > 0 ? kOutputs : 1;

// An element's loss is `loss` + log(`factor`): the loop multiplies up to 16 factors (each in [1, 4]) and
// takes one logarithm, which costs less and errs less than a sum of logarithms.
template <class Real, int kOut>
struct Term {
  Real loss = Real(0.0f);
  Real out[kAtLeastOne<kOut>];
  Real factor = Real(1.0f);
};

// Which row of an input a loop's row r reads, where the loop has several samples of each row: r itself, the
// row that r is a sample of, or r's number among that row's samples.
enum class Of : std::uint8_t { each, row, sample };

// A row-major operand of a loop. A leading dimension of 0 repeats one row.
struct Input {
  const void* data = nullptr;
  std::int64_t ld = 0;  // elements
  Element element = Element::f32;
  Of of = Of::each;
};

// Loops have fewer than 2^31 rows.
CUVAE_HD constexpr std::int64_t row_of(Of of, std::int64_t row, std::int32_t samples) {
  if (of == Of::each) return row;
  const auto r = static_cast<std::uint32_t>(row), n = static_cast<std::uint32_t>(samples);
  return static_cast<std::int64_t>(of == Of::row ? r / n : r % n);
}

struct Output {
  void* data = nullptr;
  std::int64_t ld = 0;
  Element element = Element::f32;
};

// What becomes of row_loss as it was.
enum class RowLoss : std::uint8_t { overwrite, add };

// What a loop runs an op over. Every row is written up to `width` columns: zeros from `cols` on and in rows
// that are not active; inputs are readable up to there. Inside cuvae width is padded(cols). row_loss may be
// null for an op without a loss.
template <int kIn, int kOut>
struct RowIo {
  Input in[kIn] = {};
  Output out[kAtLeastOne<kOut>] = {};
  float* row_loss = nullptr;
  std::int64_t rows = 0;
  std::int32_t cols = 0, width = 0;
  std::int32_t samples = 1;          // rows of the loop for each row of an input that is Of::row
  const float* row_value = nullptr;  // of each row, for an op that takes one
  RowLoss loss = RowLoss::overwrite;
};

// What a loop sums an op over: out[r] = the sum over `terms` terms, element by element. Term t of row r reads
// row r terms + t of an input that is Of::each, row r of one that is Of::row, row t of one that is
// Of::sample; and, for an op that takes one, the value at r value_row + t value_term.
template <int kIn, int kOut>
struct RowSumIo {
  Input in[kIn] = {};
  Output out[kOut] = {};
  std::int64_t rows = 0;
  std::int32_t terms = 1, cols = 0, width = 0;
  const float* value = nullptr;
  std::int64_t value_row = 0, value_term = 0;
};

// Log-weights, each of one or two numbers, and what becomes of them: their shares of the sum of exp over a
// row, and minus the logarithm of its mean.
struct WeighIo {
  const float* first = nullptr;   // [rows, samples]
  const float* second = nullptr;  // [rows, samples], or null: zeros
  std::int64_t rows = 0;
  std::int32_t samples = 1;
  float* weights = nullptr;            // [rows, samples]
  float* negative_log_mean = nullptr;  // [rows]; may be null
  RowLoss loss = RowLoss::overwrite;   // of negative_log_mean
  const float* row_scale = nullptr;    // [rows], of the weights; null: 1
};

// Flat views of `size` elements (a multiple of kPadding), for ops over a whole arena. `copy`, where it is not
// null, is a second place for out[0], rounded.
template <int kIn, int kOut>
struct MapIo {
  const float* in[kIn] = {};
  float* out[kOut] = {};
  std::int64_t size = 0;
  Bf16* copy = nullptr;
};

}  // namespace cuvae::ops
