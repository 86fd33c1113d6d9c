// Which kernel a call of the seam is: the forms its operands are stored in, at run time, to the types of a
// kernel. Knows no stream but the queue it is given.
#pragma once

#include "cuvae/error.hpp"
#include "kernels/cuda/column_sum.cuh"
#include "kernels/cuda/group_map_reduce.cuh"
#include "kernels/cuda/row_map_reduce.cuh"
#include "kernels/cuda/row_sum.cuh"
#include "kernels/ops/binarize.hpp"
#include "src/backend/backend.hpp"
#include "src/cuda/stored.cuh"

namespace cuvae::cuda {

[[nodiscard]] inline SumMode sum_mode(GradientMode mode) {
  return mode == GradientMode::accumulate ? SumMode::accumulate : SumMode::overwrite;
}

// run(In, Out) for the types that the operands of an op are stored as.
template <class Op, class Io, class Run>
void with_types(const Io& io, const Run& run) {
  using In = Floats<Op::kIn>;
  using Out = Floats<Op::kOut>;
  if (is_stored_as<In, Out>(io)) return run(In{}, Out{});
  if constexpr (Mixed<Op>::kIs) {
    using MixedIn = typename Mixed<Op>::In;
    using MixedOut = typename Mixed<Op>::Out;
    if (is_stored_as<MixedIn, MixedOut>(io)) return run(MixedIn{}, MixedOut{});
  }
  throw Error(Errc::internal, "an op was given operands in a form it has no kernel for");
}

template <class Op>
void run_group_op(const Op& op, const ops::RowIo<Op::kIn, 1>& io, std::int32_t categories,
                  const RowPass& pass, Queue queue) {
  with_types<Op>(io, [&]<class In, class Out>(In, Out) {
    group_map_reduce<Op, In, Out>(op, io, categories, pass, queue);
  });
}

template <class Op>
void run_row_op(const Op& op, const ops::RowIo<Op::kIn, Op::kOut>& io, const RowPass& pass, Queue queue) {
  with_types<Op>(io, [&]<class In, class Out>(In, Out) { row_map_reduce<Op, In, Out>(op, io, pass, queue); });
}

template <class Op>
void run_row_sum(const Op& op, const ops::RowSumIo<Op::kIn, Op::kOut>& io, const RowPass& pass, Queue queue) {
  with_types<Op>(io, [&]<class In, class Out>(In, Out) { row_sum<Op, In, Out>(op, io, pass, queue); });
}

template <class Rule, class Stored>
void run_load_input(const RowSource& source, const RowPass& pass, Matrix x, Matrix product_x, Queue queue) {
  const ops::Input in{source.values, source.ld, source.element};
  const std::int32_t width = ops::padded(x.cols);
  if (product_x.data == nullptr) {
    using Op = ops::LoadInput<Rule, 1>;
    const ops::RowIo<1, 1> io{{in}, {x.out()}, nullptr, x.rows, x.cols, width};
    row_map_reduce<Op, Types<Stored>, Types<float>>(Op{source.scale}, io, pass, queue);
  } else {
    using Op = ops::LoadInput<Rule, 2>;
    const ops::RowIo<1, 2> io{{in}, {x.out(), product_x.out()}, nullptr, x.rows, x.cols, width};
    row_map_reduce<Op, Types<Stored>, Types<float, ops::Bf16>>(Op{source.scale}, io, pass, queue);
  }
}

template <class Rule>
void run_load_input(const Rule&, const RowSource& source, Backend::Gather gather, PassContext pass,
                    const ops::NoiseSource& noise, Matrix x, Matrix product_x, Queue queue) {
  const RowPass row_pass{.state = pass.state,
                         .row_ids = pass.row_ids,
                         .from_rows = gather == Backend::Gather::by_row_id ? pass.row_ids : nullptr,
                         .noise = noise};
  if (source.element == ops::Element::u8) {
    run_load_input<Rule, std::uint8_t>(source, row_pass, x, product_x, queue);
  } else {
    run_load_input<Rule, float>(source, row_pass, x, product_x, queue);
  }
}

template <class Stored>
void run_column_sum(Matrix matrix, float* sums, GradientMode mode, Queue queue) {
  column_sum(ColumnSumIo<Stored>{static_cast<const Stored*>(matrix.data), matrix.ld, matrix.rows,
                                 ops::padded(matrix.cols), sums, sum_mode(mode)},
             queue);
}

inline void run_column_sum(Matrix matrix, float* sums, GradientMode mode, Queue queue) {
  if (matrix.element == ops::Element::bf16) return run_column_sum<ops::Bf16>(matrix, sums, mode, queue);
  run_column_sum<float>(matrix, sums, mode, queue);
}

}  // namespace cuvae::cuda
