// Compiled as src/cpu/cpu_backend.cpp is, and under its rule: nothing here may be shared with another
// translation unit.
#include "bench/kernels/cpu_loops.hpp"

#include <hwy/cache_control.h>

#include "src/cpu/loops.hpp"

namespace cuvae::cpu::CUVAE_CPU_TARGET {
namespace {

void step(const bench::Step& any, Matrix a, Matrix b, Matrix out, PassContext pass, int threads) {
  std::visit(
      [&]<class Op>(const Op& op) {
        ops::RowIo<Op::kIn, 1> io{{a.in()}, {out.out()}, nullptr, out.rows, out.cols, ops::padded(out.cols)};
        if constexpr (Op::kIn == 2) io.in[1] = b.in();
        CUVAE_CPU_TARGET::row_map_reduce(op, io, pass, bench::kNoise, threads);
      },
      any);
}

void row_sum(Matrix values, float* sums, int threads) {
  for_each_row(values.rows, values.cols, threads, [&](std::int64_t row) {
    const float* from = values.floats() + row * values.ld;
    WideSum sum;
    std::int32_t col = 0;
    for (; col + kLanes <= values.cols; col += kLanes) sum.add(Pack::load(from + col));
    if (col < values.cols) sum.add(Pack::load(from + col).first(values.cols - col));
    sums[row] = static_cast<float>(sum.sum());
  });
}

template <class Body>
void for_each_block(std::int64_t count, int threads, const Body& body) {
  for_each_piece((count + kElementsPerPiece - 1) / kElementsPerPiece, threads, [&](std::int64_t piece) {
    const std::int64_t begin = piece * kElementsPerPiece;
    const std::int64_t end = count < begin + kElementsPerPiece ? count : begin + kElementsPerPiece;
    for (std::int64_t i = begin; i < end; i += kLanes) body(i);
  });
}

void copy(float* to, const float* from, std::int64_t count, int threads) {
  for_each_block(count, threads, [to, from](std::int64_t i) { Pack::load(from + i).store(to + i); });
}

void copy_past_caches(float* to, const float* from, std::int64_t count, int threads) {
  for_each_block(count, threads,
                 [to, from](std::int64_t i) { hn::Stream(Pack::load(from + i).v, Tag(), to + i); });
  hwy::FlushStream();
}

void read(const float* from, std::int64_t count, float* sink, int threads) {
  for_each_piece((count + kElementsPerPiece - 1) / kElementsPerPiece, threads, [&](std::int64_t piece) {
    const std::int64_t begin = piece * kElementsPerPiece;
    const std::int64_t end = count < begin + kElementsPerPiece ? count : begin + kElementsPerPiece;
    Pack even(0.0f), odd(0.0f);
    for (std::int64_t i = begin; i + 2 * kLanes <= end; i += 2 * kLanes) {
      even = even + Pack::load(from + i);
      odd = odd + Pack::load(from + i + kLanes);
    }
    if (hn::GetLane((even + odd).v) == 0.5f) *sink = 1;
  });
}

void fill(float* to, std::int64_t count, int threads) {
  for_each_block(count, threads, [to](std::int64_t i) { Pack(1.0f).store(to + i); });
}

// Ten chains, as many as an FMA unit of ten in flight can want.
std::int64_t multiply_adds(float* sink, int threads) {
  constexpr int kChains = 10, kRounds = 20000;
  for_each_piece(threads, threads, [&](std::int64_t) {
    hn::Vec<Tag> chain[kChains];
    for (int c = 0; c < kChains; ++c) chain[c] = hn::Set(Tag(), 1.0f + static_cast<float>(c));
    const auto factor = hn::Set(Tag(), 0.999f), plus = hn::Set(Tag(), 0.001f);
    for (int round = 0; round < kRounds; ++round) {
      for (int c = 0; c < kChains; ++c) chain[c] = hn::MulAdd(chain[c], factor, plus);
    }
    for (int c = 1; c < kChains; ++c) chain[0] = hn::Add(chain[0], chain[c]);
    if (hn::GetLane(chain[0]) == 0.5f) *sink = 1;
  });
  return std::int64_t{kChains} * kRounds * kLanes * threads;
}

// `next` of four numbers in turn, each waiting for its own last result.
template <class Next>
std::int64_t chains(float* sink, int threads, float first, const Next& next) {
  constexpr int kChains = 4, kRounds = 2000;
  for_each_piece(threads, threads, [&](std::int64_t) {
    Pack chain[kChains];
    for (int c = 0; c < kChains; ++c) chain[c] = Pack(first * static_cast<float>(c + 1));
    for (int round = 0; round < kRounds; ++round) {
      for (int c = 0; c < kChains; ++c) chain[c] = next(chain[c]);
    }
    for (int c = 1; c < kChains; ++c) chain[0] = chain[0] + chain[c];
    if (hn::GetLane(chain[0].v) == 0.5f) *sink = 1;
  });
  return std::int64_t{kChains} * kRounds * kLanes * threads;
}

std::int64_t exponentials(float* sink, int threads) {
  return chains(sink, threads, -0.1f, [](Pack x) { return -exp(x); });
}

std::int64_t divisions(float* sink, int threads) {
  return chains(sink, threads, 1.5f, [](Pack x) { return Pack(3.0f) / x; });
}

}  // namespace

bench::CpuLoops bench_loops() {
  return {step, row_sum, copy, copy_past_caches, read, fill, multiply_adds, exponentials, divisions};
}

}  // namespace cuvae::cpu::CUVAE_CPU_TARGET
