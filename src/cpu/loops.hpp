// The loops that run the ops on the CPU. Included only by cpu_backend.cpp (see pack.hpp).
#pragma once

#include <cstdint>

#include "src/backend/backend.hpp"
#include "src/cpu/draw.hpp"
#include "src/cpu/pack.hpp"
#include "src/cpu/parallel.hpp"

namespace cuvae::cpu::CUVAE_CPU_TARGET {

// Elements per piece of work: enough to pay for handing it out.
inline constexpr std::int64_t kElementsPerPiece = 1 << 14;
// Factors of a product before its logarithm is taken (row_op.hpp).
inline constexpr std::int32_t kFactorsPerLog = 16;

// Where the noise of a loop's rows comes from: each is a sample of a row of the pass.
struct RowNoise {
  ops::NoiseSource source;
  const std::int64_t* row_ids = nullptr;
  std::int32_t samples = 1;

  template <ops::Noise kNoise>
  void draw(std::uint32_t step, std::int64_t row, std::int32_t first, std::int32_t count, float* out) const {
    ops::NoiseSource of_sample = source;
    of_sample.sample += static_cast<std::uint32_t>(ops::row_of(ops::Of::sample, row, samples));
    CUVAE_CPU_TARGET::draw<kNoise>(of_sample, ops::step_of(source, step),
                                   row_ids[ops::row_of(ops::Of::row, row, samples)], first, count, out);
  }
};

template <class Op>
HWY_INLINE Op with_value(const Op& op, const float* value) {
  if constexpr (ops::kTakesRowValue<Op>) {
    if (value != nullptr) return op.of_row(*value);
  }
  return op;
}

// Calls row_body(row) for every row, in pieces of whole rows.
template <class RowBody>
void for_each_row(std::int64_t rows, std::int64_t cols, int threads, const RowBody& row_body) {
  const std::int64_t rows_per_piece = 1 + kElementsPerPiece / (cols + 1);
  for_each_piece((rows + rows_per_piece - 1) / rows_per_piece, threads, [&](std::int64_t piece) {
    const std::int64_t begin = piece * rows_per_piece;
    const std::int64_t end = rows < begin + rows_per_piece ? rows : begin + rows_per_piece;
    for (std::int64_t row = begin; row < end; ++row) row_body(row);
  });
}

template <int kOut>
HWY_INLINE void write_zeros(const ops::Output* outputs, std::int32_t width, std::int64_t row) {
  for (int k = 0; k < kOut; ++k) {
    const ops::Output output = outputs[k];
    float* out = static_cast<float*>(output.data) + row * output.ld;
    for (std::int32_t col = 0; col < width; ++col) out[col] = 0.0f;
  }
}

// One row in blocks of kLanes columns; lanes outside the row give zeros and no loss. Works on copies: a store
// through a vector pointer may alias anything the compiler cannot see to be local.
template <class Op>
class RowLoop {
 public:
  HWY_INLINE RowLoop(const Op& op, const ops::RowIo<Op::kIn, Op::kOut>& io, std::int64_t row)
      : op_(with_value(op, io.row_value == nullptr ? nullptr : io.row_value + row)),
        cols_(io.cols),
        row_(row),
        row_loss_(io.row_loss),
        before_(io.loss == ops::RowLoss::add ? io.row_loss[row] : 0.0f) {
    for (int k = 0; ops::kReadsInput<Op> && k < Op::kIn; ++k) {
      in_[k] =
          static_cast<const float*>(io.in[k].data) + ops::row_of(io.in[k].of, row, io.samples) * io.in[k].ld;
    }
    for (int k = 0; k < Op::kOut; ++k) out_[k] = static_cast<float*>(io.out[k].data) + row * io.out[k].ld;
  }

  HWY_INLINE void run(const ops::StepState& state, const RowNoise& noise) {
    if constexpr (Op::kNoise == ops::Noise::none) {
      run_columns(0, cols_, nullptr);
    } else {
      float drawn[kDrawColumns];
      for (std::int32_t first = 0; first < cols_; first += kDrawColumns) {
        const std::int32_t count = cols_ - first < kDrawColumns ? cols_ - first : kDrawColumns;
        noise.draw<Op::kNoise>(static_cast<std::uint32_t>(state.step), row_, first, count, drawn);
        run_columns(first, first + count, drawn);
      }
    }
    take_logarithm();
    if (row_loss_ != nullptr) row_loss_[row_] = before_ + static_cast<float>(sum_.sum());
  }

 private:
  HWY_INLINE void run_columns(std::int32_t begin, std::int32_t end, const float* noise) {
    std::int32_t col = begin;
    for (; col + kLanes <= end; col += kLanes) {
      write(col, run_block(col, noise == nullptr ? nullptr : noise + (col - begin)), kLanes);
    }
    for (; col < ops::padded(end); col += kLanes) {
      const std::int32_t inside = col < end ? end - col : 0;
      write(col, run_block(col, noise == nullptr ? nullptr : noise + (col - begin)), inside);
    }
  }

  HWY_INLINE ops::Term<Pack, Op::kOut> run_block(std::int32_t col,
                                                 [[maybe_unused]] const float* noise) const {
    Pack in[Op::kIn];
    for (int k = 0; ops::kReadsInput<Op> && k < Op::kIn; ++k) in[k] = Pack::load(in_[k] + col);
    if constexpr (Op::kNoise == ops::Noise::none) {
      return op_(in);
    } else {
      return op_(in, Pack::load(noise));
    }
  }

  HWY_INLINE void write(std::int32_t col, const ops::Term<Pack, Op::kOut>& term, std::int32_t inside) {
    for (int k = 0; k < Op::kOut; ++k) {
      const Pack value = inside == kLanes ? term.out[k] : term.out[k].first(inside);
      value.store(out_[k] + col);
    }
    if (row_loss_ == nullptr) return;
    if (inside == kLanes) {
      loss_ = loss_ + term.loss;
      product_ = product_ * term.factor;
    } else {
      loss_ = loss_ + term.loss.first(inside);
      product_ = product_ * (Pack(1.0f) + (term.factor - Pack(1.0f)).first(inside));
    }
    if (++factors_ == kFactorsPerLog) take_logarithm();
  }

  HWY_INLINE void take_logarithm() {
    if (row_loss_ == nullptr) return;
    sum_.add(loss_ + log(product_));
    loss_ = Pack(0.0f);
    product_ = Pack(1.0f);
    factors_ = 0;
  }

  const Op op_;
  const float* in_[Op::kIn] = {};
  float* out_[ops::kAtLeastOne<Op::kOut>];
  const std::int32_t cols_;
  const std::int64_t row_;
  float* const row_loss_;
  const float before_;
  Pack loss_{0.0f}, product_{1.0f};
  WideSum sum_;
  std::int32_t factors_ = 0;
};

template <class Op>
void row_map_reduce(const Op& unbound, const ops::RowIo<Op::kIn, Op::kOut>& io, PassContext pass,
                    const ops::NoiseSource& source, int threads) {
  const ops::StepState& state = *pass.state;
  const Op op = ops::bind(unbound, state);
  const RowNoise noise{source, pass.row_ids, pass.samples};
  const std::int64_t active = pass.active(state, io.rows);
  for_each_row(io.rows, io.cols, threads, [&](std::int64_t row) {
    if (row < active) {
      RowLoop<Op>(op, io, row).run(state, noise);
    } else {
      write_zeros<Op::kOut>(io.out, io.width, row);
      if (io.row_loss != nullptr && io.loss == ops::RowLoss::overwrite) io.row_loss[row] = 0.0f;
    }
  });
}

template <class Op>
void map(const Op& unbound, const ops::MapIo<Op::kIn, Op::kOut>& io, const ops::StepState& state,
         int threads) {
  const Op bound = ops::bind(unbound, state);
  for_each_piece((io.size + kElementsPerPiece - 1) / kElementsPerPiece, threads, [&](std::int64_t piece) {
    const Op op = bound;  // copies: see RowLoop
    const ops::MapIo<Op::kIn, Op::kOut> local = io;
    const std::int64_t begin = piece * kElementsPerPiece;
    const std::int64_t end = io.size < begin + kElementsPerPiece ? io.size : begin + kElementsPerPiece;
    for (std::int64_t i = begin; i < end; i += kLanes) {
      Pack in[Op::kIn], out[Op::kOut];
      for (int k = 0; k < Op::kIn; ++k) in[k] = Pack::load(local.in[k] + i);
      op(in, out);
      for (int k = 0; k < Op::kOut; ++k) out[k].store(local.out[k] + i);
    }
  });
}

// Sums over rows in the order of the rows, in double; columns are the pieces.
inline void column_sum(Matrix matrix, float* sums, GradientMode mode, int threads) {
  constexpr std::int32_t kColumns = 64;
  const std::int32_t cols = static_cast<std::int32_t>(ops::padded(matrix.cols));
  const int useful_threads = matrix.rows * cols < 4 * kElementsPerPiece ? 1 : threads;
  for_each_piece((cols + kColumns - 1) / kColumns, useful_threads, [&](std::int64_t piece) {
    const std::int32_t begin = static_cast<std::int32_t>(piece) * kColumns;
    const std::int32_t count = cols - begin < kColumns ? cols - begin : kColumns;
    double sum[kColumns] = {};
    for (std::int64_t row = 0; row < matrix.rows; ++row) {
      const float* values = matrix.floats() + row * matrix.ld + begin;
      for (std::int32_t c = 0; c < count; ++c) sum[c] += static_cast<double>(values[c]);
    }
    for (std::int32_t c = 0; c < count; ++c) {
      const float before = mode == GradientMode::accumulate ? sums[begin + c] : 0.0f;
      sums[begin + c] = before + static_cast<float>(sum[c]);
    }
  });
}

// `size` is a multiple of 64. partials[i] = sum of squares of the i-th piece of the values; their sum, in
// order, is the result.
inline double sum_of_squares(const float* values, std::int64_t size, double* partials, int threads) {
  const std::int64_t pieces = (size + kElementsPerPiece - 1) / kElementsPerPiece;
  for_each_piece(pieces, threads, [&](std::int64_t piece) {
    const std::int64_t begin = piece * kElementsPerPiece;
    const std::int64_t end = size < begin + kElementsPerPiece ? size : begin + kElementsPerPiece;
    WideSum even, odd;  // two chains: an addition waits for the one before it
    for (std::int64_t i = begin; i < end; i += 2 * kLanes) {
      even.add_squares(Pack::load(values + i));
      odd.add_squares(Pack::load(values + i + kLanes));
    }
    partials[piece] = even.sum() + odd.sum();
  });
  double total = 0.0;
  for (std::int64_t piece = 0; piece < pieces; ++piece) total += partials[piece];
  return total;
}

}  // namespace cuvae::cpu::CUVAE_CPU_TARGET
