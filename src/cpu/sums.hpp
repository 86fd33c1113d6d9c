// The loops that run an op over the samples of each row: sums of its outputs, and shares of log-weights.
// Included only by cpu_backend.cpp (see pack.hpp).
#pragma once

#include "kernels/ops/log_sum_exp.hpp"
#include "src/cpu/loops.hpp"

namespace cuvae::cpu::CUVAE_CPU_TARGET {

// A row's sums, kDrawColumns columns at a time, terms in order.
template <class Op>
class RowSumLoop {
 public:
  RowSumLoop(const Op& op, const ops::RowSumIo<Op::kIn, Op::kOut>& io, std::int64_t row)
      : op_(op), io_(io), row_(row) {}

  void run(const ops::StepState& state, const RowNoise& noise) const {
    for (std::int32_t first = 0; first < io_.cols; first += kDrawColumns) {
      const std::int32_t count = io_.cols - first < kDrawColumns ? io_.cols - first : kDrawColumns;
      Sums sums;
      for (std::int32_t term = 0; term < io_.terms; ++term) {
        [[maybe_unused]] float drawn[kDrawColumns];
        if constexpr (Op::kNoise != ops::Noise::none) {
          noise.draw<Op::kNoise>(static_cast<std::uint32_t>(state.step), row_ * io_.terms + term, first,
                                 count, drawn);
        }
        add(term, first, count, drawn, sums);
      }
      write(first, count, sums);
    }
  }

 private:
  using Sums = Pack[Op::kOut][kDrawColumns / kLanes];

  HWY_INLINE void add(std::int32_t term, std::int32_t first, std::int32_t count,
                      [[maybe_unused]] const float* drawn, Sums& sums) const {
    const float* value =
        io_.value == nullptr ? nullptr : io_.value + row_ * io_.value_row + term * io_.value_term;
    const Op op = with_value(op_, value);
    const float* from[Op::kIn];
    for (int k = 0; k < Op::kIn; ++k) {
      from[k] = static_cast<const float*>(io_.in[k].data) +
                ops::row_of(io_.in[k].of, row_ * io_.terms + term, io_.terms) * io_.in[k].ld + first;
    }
    for (std::int32_t col = 0; col < count; col += kLanes) {
      Pack in[Op::kIn];
      for (int k = 0; k < Op::kIn; ++k) in[k] = Pack::load(from[k] + col);
      ops::Term<Pack, Op::kOut> result;
      if constexpr (Op::kNoise == ops::Noise::none) {
        result = op(in);
      } else {
        result = op(in, Pack::load(drawn + col));
      }
      for (int k = 0; k < Op::kOut; ++k) sums[k][col / kLanes] = sums[k][col / kLanes] + result.out[k];
    }
  }

  HWY_INLINE void write(std::int32_t first, std::int32_t count, const Sums& sums) const {
    for (int k = 0; k < Op::kOut; ++k) {
      float* out = static_cast<float*>(io_.out[k].data) + row_ * io_.out[k].ld + first;
      for (std::int32_t col = 0; col < ops::padded(count); col += kLanes) {
        const std::int32_t inside = count - col < 0 ? 0 : count - col < kLanes ? count - col : kLanes;
        sums[k][col / kLanes].first(inside).store(out + col);
      }
    }
  }

  const Op op_;
  const ops::RowSumIo<Op::kIn, Op::kOut> io_;
  const std::int64_t row_;
};

template <class Op>
void row_sum(const Op& unbound, const ops::RowSumIo<Op::kIn, Op::kOut>& io, PassContext pass,
             const ops::NoiseSource& source, int threads) {
  const ops::StepState& state = *pass.state;
  const Op op = ops::bind(unbound, state);
  const RowNoise noise{source, pass.row_ids, pass.samples * io.terms};
  const std::int64_t active = pass.active(state, io.rows);
  for_each_row(io.rows, std::int64_t{io.cols} * io.terms, threads, [&](std::int64_t row) {
    if (row < active) {
      RowSumLoop<Op>(op, io, row).run(state, noise);
    } else {
      write_zeros<Op::kOut>(io.out, io.width, row);
    }
  });
}

// Shares of log-weights in the sum of their row, and the rows' log-mean-exps.
template <class LogWeight>
void weigh(const LogWeight& unbound, const ops::WeighIo& io, PassContext pass) {
  const LogWeight log_weight = ops::bind(unbound, *pass.state);
  const std::int64_t active_rows = pass.active(*pass.state, io.rows);
  for (std::int64_t row = 0; row < io.rows; ++row) {
    const std::int64_t begin = row * io.samples, end = begin + io.samples;
    const bool active = row < active_rows;
    const auto at = [&](std::int64_t i) {
      const float second = io.second == nullptr ? 0.0f : io.second[i];
      return log_weight(static_cast<double>(io.first[i]), static_cast<double>(second));
    };
    ops::LogSumExp<double> sum;
    for (std::int64_t i = begin; active && i < end; ++i) sum.add(at(i));
    const double scale = io.row_scale == nullptr ? 1.0 : static_cast<double>(io.row_scale[row]);
    for (std::int64_t i = begin; i < end; ++i)
      io.weights[i] = active ? static_cast<float>(scale * sum.share(at(i))) : 0.0f;
    if (io.negative_log_mean == nullptr) continue;
    const float mean =
        active ? static_cast<float>(std::log(static_cast<double>(io.samples)) - sum.value()) : 0.0f;
    io.negative_log_mean[row] = io.loss == ops::RowLoss::add ? io.negative_log_mean[row] + mean : mean;
  }
}

}  // namespace cuvae::cpu::CUVAE_CPU_TARGET
