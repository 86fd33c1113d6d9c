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

// An element's loss is `loss` + log(`factor`): the loop multiplies up to 16 factors (each in (1, 2]) and
// takes one logarithm, which costs less and errs less than a sum of logarithms.
template <class Real, int kOut>
struct Term {
  Real loss = Real(0.0f);
  Real out[kOut];
  Real factor = Real(1.0f);
};

// A row-major operand of a loop. A leading dimension of 0 repeats one row.
struct Input {
  const void* data = nullptr;
  std::int64_t ld = 0;  // elements
  Element element = Element::f32;
};
struct Output {
  void* data = nullptr;
  std::int64_t ld = 0;
  Element element = Element::f32;
};

// What a loop runs an op over. Every row is written up to `width` columns: zeros from `cols` on and in rows
// that are not active; inputs are readable up to there. Inside cuvae width is padded(cols). row_loss may be
// null for an op without a loss.
template <int kIn, int kOut>
struct RowIo {
  Input in[kIn] = {};
  Output out[kOut] = {};
  float* row_loss = nullptr;
  std::int64_t rows = 0;
  std::int32_t cols = 0, width = 0;
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
