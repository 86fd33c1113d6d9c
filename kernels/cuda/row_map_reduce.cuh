// The loop of the row ops: every element of a matrix through an op, and its losses summed row by row. A warp
// or a block to a row; loads, vectors, masks and reductions are here and nowhere else.
#pragma once

#include <algorithm>
#include <tuple>
#include <type_traits>
#include <utility>

#include "kernels/cuda/launch.cuh"
#include "kernels/cuda/noise.cuh"
#include "kernels/cuda/pack.cuh"
#include "kernels/cuda/reduce.cuh"
#include "kernels/ops/row_op.hpp"
#include "kernels/ops/step_state.hpp"

namespace cuvae::cuda {

// Factors of a product before its logarithm is taken (kernels/ops/row_op.hpp).
inline constexpr int kFactorsPerLog = 16;

// Types of what is stored, operand by operand.
template <class... Stored>
struct Types {
  template <std::size_t k>
  using At = std::tuple_element_t<k, std::tuple<Stored...>>;
  static constexpr std::size_t kCount = sizeof...(Stored);
  static constexpr bool kWide = (std::is_same_v<Stored, float> && ...);  // 32 bits each
};

// Elements of a vector: the widest one is 128 bits.
template <class In, class Out>
inline constexpr int kVectorOf = In::kWide&& Out::kWide ? 4 : 8;

// Where a loop finds what changes from pass to pass.
struct RowPass {
  const ops::StepState* state = nullptr;    // null: the op is bound, every row is active
  const std::int64_t* row_ids = nullptr;    // of the noise; null: first_row + row
  const std::int64_t* from_rows = nullptr;  // of an op that gathers; null: the row itself
  ops::NoiseSource noise = {};
  std::int64_t first_row = 0;
  std::uint32_t step = 0;    // of the noise, where there is no state
  std::int32_t samples = 1;  // rows of the loop for each row of the pass
  bool all_rows = false;     // are active, whatever the state says

  __device__ __forceinline__ bool is_active(std::int64_t row) const {
    return state == nullptr || all_rows || row < static_cast<std::int64_t>(state->pass.active_rows) * samples;
  }
};

// Noise of one row of a loop.
struct RowDraw {
  ops::NoiseSource source;
  std::uint32_t step = 0;
  std::int64_t row = 0;

  // So many rows of the loop are samples of one row of the pass.
  __device__ __forceinline__ RowDraw(const RowPass& pass, std::int64_t loop_row, std::int32_t samples)
      : source(pass.noise),
        step(ops::step_of(pass.noise,
                          pass.state != nullptr ? static_cast<std::uint32_t>(pass.state->step) : pass.step)) {
    row = loop_row;
    if (samples > 1) {
      row = ops::row_of(ops::Of::row, loop_row, samples);
      source.sample += static_cast<std::uint32_t>(ops::row_of(ops::Of::sample, loop_row, samples));
    }
    row = pass.row_ids != nullptr ? pass.row_ids[row] : pass.first_row + row;
  }

  template <ops::Noise kNoise, int kVec>
  __device__ __forceinline__ void columns(std::int32_t col, Fast (&values)[kVec]) const {
    draw<kNoise>(source, step, row, col, values);
  }
};

template <class Op>
__device__ __forceinline__ Op with_value(const Op& op, const float* value) {
  if constexpr (ops::kTakesRowValue<Op>) {
    if (value != nullptr) return op.of_row(*value);
  }
  return op;
}

// values[k] = input k, kVec columns from col on, of row rows[k].
template <class In, int kInputs, int kVec>
__device__ __forceinline__ void load_inputs(const ops::Input (&in)[kInputs],
                                            const std::int64_t (&rows)[kInputs], std::int32_t col,
                                            Fast (&values)[kInputs][kVec]) {
  [&]<std::size_t... k>(std::index_sequence<k...>) {
    (
        [&] {
          float loaded[kVec];
          load(static_cast<const typename In::template At<k>*>(in[k].data) + rows[k] * in[k].ld + col,
               loaded);
#pragma unroll
          for (int v = 0; v < kVec; ++v) values[k][v] = Fast(loaded[v]);
        }(),
        ...);
  }
  (std::make_index_sequence<kInputs>());
}

// Output k, kVec columns from col on, of a row = values[k].
template <class Out, int kOutputs, int kVec>
__device__ __forceinline__ void store_outputs(const ops::Output (&out)[kOutputs], std::int64_t row,
                                              std::int32_t col, const Fast (&values)[kOutputs][kVec]) {
  [&]<std::size_t... k>(std::index_sequence<k...>) {
    (
        [&] {
          float stored[kVec];
#pragma unroll
          for (int v = 0; v < kVec; ++v) stored[v] = values[k][v].v;
          store(static_cast<typename Out::template At<k>*>(out[k].data) + row * out[k].ld + col, stored);
        }(),
        ...);
  }
  (std::make_index_sequence<kOutputs>());
}

// An op on one element of a vector.
template <class Op, int kVec>
__device__ __forceinline__ ops::Term<Fast, Op::kOut> apply(const Op& op, const Fast (&in)[Op::kIn][kVec],
                                                           [[maybe_unused]] const Fast (&noise)[kVec],
                                                           int v) {
  Fast element[Op::kIn];
  for (int k = 0; k < Op::kIn; ++k) element[k] = in[k][v];
  if constexpr (Op::kNoise == ops::Noise::none) {
    return op(element);
  } else {
    return op(element, noise[v]);
  }
}

// Sums of losses: terms, and factors whose product's logarithm is a term.
template <int kVec>
class LossSum {
 public:
  __device__ __forceinline__ void add(const Fast (&losses)[kVec], const Fast (&factors)[kVec]) {
#pragma unroll
    for (int v = 0; v < kVec; ++v) {
      sum_ = sum_ + losses[v];
      product_ = product_ * factors[v];
    }
    if (++vectors_ == kFactorsPerLog / kVec) take_logarithm();
  }
  __device__ __forceinline__ float total() {
    take_logarithm();
    return sum_.v;
  }

 private:
  __device__ __forceinline__ void take_logarithm() {
    sum_ = sum_ + log(product_);
    product_ = Fast(1.0f);
    vectors_ = 0;
  }
  Fast sum_{0.0f}, product_{1.0f};
  int vectors_ = 0;
};

// Blocks of a multiprocessor that the compiler shares its registers among; 0: as it sees fit, which for as
// many inputs as these is too many blocks, so that it would spill.
template <class Op, int kVec>
inline constexpr int kBlocksAtOnce = Op::kIn* kVec >= 32 ? 2 : 0;

template <class Op, class In, class Out, int kThreadsPerRow, int kVec>
static __global__ void __launch_bounds__(kBlockThreads, kBlocksAtOnce<Op, kVec>)
    row_map_reduce_kernel(Op unbound, ops::RowIo<Op::kIn, Op::kOut> io, RowPass pass) {
  wait_for_kernel_before();
  const std::int64_t row =
      static_cast<std::int64_t>(blockIdx.x) * (kBlockThreads / kThreadsPerRow) + threadIdx.x / kThreadsPerRow;
  if (row >= io.rows) return;  // a whole warp, or none
  const Op op = with_value(pass.state != nullptr ? ops::bind(unbound, *pass.state) : unbound,
                           io.row_value == nullptr ? nullptr : io.row_value + row);
  const bool active = pass.is_active(row);
  const RowDraw source(pass, row, pass.samples);
  std::int64_t rows[Op::kIn];
  for (int k = 0; k < Op::kIn; ++k) rows[k] = ops::row_of(io.in[k].of, row, io.samples);
  if constexpr (ops::kGathers<Op>)
    if (pass.from_rows != nullptr) rows[0] = pass.from_rows[row];

  LossSum<kVec> losses;
  const auto lane = static_cast<std::int32_t>(threadIdx.x % kThreadsPerRow);
  for (std::int32_t col = lane * kVec; col < io.width; col += kThreadsPerRow * kVec) {
    Fast in[Op::kIn][kVec], noise[kVec], out[ops::kAtLeastOne<Op::kOut>][kVec], loss[kVec], factor[kVec];
    if constexpr (ops::kReadsInput<Op>) load_inputs<In>(io.in, rows, col, in);
    if constexpr (Op::kNoise != ops::Noise::none) source.template columns<Op::kNoise>(col, noise);
#pragma unroll
    for (int v = 0; v < kVec; ++v) {
      const ops::Term<Fast, Op::kOut> term = apply(op, in, noise, v);
      for (int k = 0; k < Op::kOut; ++k) out[k][v] = term.out[k];
      loss[v] = term.loss;
      factor[v] = term.factor;
    }
    if (!active || col + kVec > io.cols) {
#pragma unroll
      for (int v = 0; v < kVec; ++v) {
        if (active && col + v < io.cols) continue;
        for (int k = 0; k < Op::kOut; ++k) out[k][v] = Fast(0.0f);
        loss[v] = Fast(0.0f);
        factor[v] = Fast(1.0f);
      }
    }
    losses.add(loss, factor);
    if constexpr (Op::kOut > 0) store_outputs<Out>(io.out, row, col, out);
  }
  let_next_kernel_start();
  if constexpr (ops::kHasLoss<Op>) {
    if (io.row_loss == nullptr) return;
    const float sum = row_sum<kThreadsPerRow>(losses.total());
    if (lane == 0) io.row_loss[row] = io.loss == ops::RowLoss::add ? io.row_loss[row] + sum : sum;
  }
}

// Columns from which on a row is worth a block, unless the rows alone fill the device.
inline constexpr std::int32_t kBlockColumns = 256;
inline constexpr std::int64_t kManyRows = 4096;

[[nodiscard]] inline bool wants_block_per_row(std::int64_t rows, std::int32_t width) {
  return width > 1024 || (width > kBlockColumns && rows < kManyRows);
}

// Whether every operand can be read and written in vectors of `vec` elements.
template <class Op>
[[nodiscard]] bool is_aligned(const ops::RowIo<Op::kIn, Op::kOut>& io, int vec) {
  const auto fits = [vec](const auto& operand) {
    const std::int64_t bytes = std::min<std::int64_t>(16, vec * ops::size_of(operand.element));
    return operand.ld % vec == 0 &&
           reinterpret_cast<std::uintptr_t>(operand.data) % static_cast<std::uintptr_t>(bytes) == 0;
  };
  bool all = io.width % vec == 0;
  for (const auto& in : io.in) all = all && fits(in);
  for (const auto& out : io.out) all = all && fits(out);
  return all;
}

template <class Op, class In, class Out, int kVec>
void launch_row_map_reduce(const Op& op, const ops::RowIo<Op::kIn, Op::kOut>& io, const RowPass& pass,
                           Queue queue) {
  if (wants_block_per_row(io.rows, io.width)) {
    launch(row_map_reduce_kernel<Op, In, Out, kBlockThreads, kVec>, io.rows, kBlockThreads, queue, op, io,
           pass);
    return;
  }
  constexpr std::int64_t kRows = kBlockThreads / 32;
  launch(row_map_reduce_kernel<Op, In, Out, 32, kVec>, (io.rows + kRows - 1) / kRows, kBlockThreads, queue,
         op, io, pass);
}

// For operands that are always aligned: cuvae's own.
template <class Op, class In, class Out>
void row_map_reduce(const Op& op, const ops::RowIo<Op::kIn, Op::kOut>& io, const RowPass& pass, Queue queue) {
  static_assert(In::kCount == Op::kIn && Out::kCount == Op::kOut);
  launch_row_map_reduce<Op, In, Out, kVectorOf<In, Out>>(op, io, pass, queue);
}

// For operands of a caller, whatever their alignment.
template <class Op, class In, class Out>
void row_map_reduce_unaligned(const Op& op, const ops::RowIo<Op::kIn, Op::kOut>& io, const RowPass& pass,
                              Queue queue) {
  if (is_aligned<Op>(io, kVectorOf<In, Out>)) {
    row_map_reduce<Op, In, Out>(op, io, pass, queue);
  } else {
    launch_row_map_reduce<Op, In, Out, 1>(op, io, pass, queue);
  }
}

}  // namespace cuvae::cuda
