// The loop over groups of columns on the CPU. Included only by cpu_backend.cpp (see pack.hpp).
#pragma once

#include "kernels/ops/categorical_nll.hpp"
#include "src/cpu/loops.hpp"

namespace cuvae::cpu::CUVAE_CPU_TARGET {

// One row, group by group: its largest logit, its sums, its elements. Groups begin at any column, so the last
// block of one may be in part outside it.
template <class Op>
class GroupLoop {
 public:
  HWY_INLINE GroupLoop(const Op& op, const ops::RowIo<Op::kIn, 1>& io, std::int64_t row)
      : op_(op), cols_(io.cols), width_(io.width) {
    for (int k = 0; k < Op::kIn; ++k) {
      in_[k] =
          static_cast<const float*>(io.in[k].data) + ops::row_of(io.in[k].of, row, io.samples) * io.in[k].ld;
    }
    out_ = static_cast<float*>(io.out[0].data) + row * io.out[0].ld;
  }

  // The row's loss.
  HWY_INLINE float run(std::int32_t categories) {
    for (std::int32_t begin = 0; begin < cols_; begin += categories)
      run_group(begin, cols_ - begin < categories ? cols_ : begin + categories);
    for (std::int32_t col = cols_; col < width_; ++col) out_[col] = 0.0f;
    return static_cast<float>(loss_.sum());
  }

 private:
  HWY_INLINE void run_group(std::int32_t begin, std::int32_t end) {
    const ops::CategoryGroup<Pack> group = common_to(begin, end);
    for (std::int32_t col = begin; col < end; col += kLanes) {
      const std::int32_t inside = end - col;
      Pack in[Op::kIn];
      for (int k = 0; k < Op::kIn; ++k) in[k] = load(in_[k] + col, inside, 0.0f);
      const ops::Term<Pack, 1> term = op_(in, group);
      if (inside >= kLanes) {
        term.out[0].store(out_ + col);
        loss_.add(term.loss);
      } else {
        float values[kLanes];
        term.out[0].store(values);
        for (std::int32_t lane = 0; lane < inside; ++lane) out_[col + lane] = values[lane];
        loss_.add(term.loss.first(inside));
      }
    }
  }

  HWY_INLINE ops::CategoryGroup<Pack> common_to(std::int32_t begin, std::int32_t end) const {
    Pack highest(ops::kNoLogit);
    for (std::int32_t col = begin; col < end; col += kLanes)
      highest = max(highest, load(in_[0] + col, end - col, ops::kNoLogit));
    float lanes[kLanes];
    highest.store(lanes);
    float largest = lanes[0];
    for (const float lane : lanes) largest = lane > largest ? lane : largest;
    WideSum sum, weight;
    for (std::int32_t col = begin; col < end; col += kLanes) {
      sum.add(ops::exp_below(load(in_[0] + col, end - col, ops::kNoLogit), Pack(largest)));
      if constexpr (Op::kIn > 1) weight.add(load(in_[1] + col, end - col, 0.0f));
    }
    return ops::CategoryGroup<Pack>::of(Pack(largest), Pack(static_cast<float>(sum.sum())),
                                        Pack(static_cast<float>(weight.sum())));
  }

  // A block of which the first `inside` lanes are there; `outside` in the others.
  static HWY_INLINE Pack load(const float* from, std::int32_t inside, float outside) {
    if (inside >= kLanes) return Pack::load(from);
    float values[kLanes];
    for (std::int32_t lane = 0; lane < kLanes; ++lane) values[lane] = lane < inside ? from[lane] : outside;
    return Pack::load(values);
  }

  const Op op_;
  const std::int32_t cols_, width_;
  const float* in_[Op::kIn] = {};
  float* out_;
  WideSum loss_;
};

template <class Op>
void group_map_reduce(const Op& unbound, const ops::RowIo<Op::kIn, 1>& io, std::int32_t categories,
                      PassContext pass, int threads) {
  const Op op = ops::bind(unbound, *pass.state);
  const std::int64_t active = pass.active(*pass.state, io.rows);
  for_each_row(io.rows, io.cols, threads, [&](std::int64_t row) {
    if (row >= active) {
      write_zeros<1>(io.out, io.width, row);
      if (io.row_loss != nullptr) io.row_loss[row] = 0.0f;
      return;
    }
    const float loss = GroupLoop<Op>(op, io, row).run(categories);
    if (io.row_loss != nullptr) io.row_loss[row] = loss;
  });
}

}  // namespace cuvae::cpu::CUVAE_CPU_TARGET
