// The CPU's loops for what a benchmark compares with, compiled once per instruction set (cpu_loops.cpp).
#pragma once

#include "bench/kernels/machine.hpp"

namespace cuvae::bench {

struct CpuLoops {
  void (*step)(const Step&, Matrix a, Matrix b, Matrix out, PassContext, int threads);
  void (*row_sum)(Matrix values, float* sums, int threads);
  void (*copy)(float* to, const float* from, std::int64_t count, int threads);
  void (*copy_past_caches)(float* to, const float* from, std::int64_t count,
                           int threads);  // to: aligned to 64 bytes
  void (*read)(const float* from, std::int64_t count, float* sink, int threads);
  void (*fill)(float* to, std::int64_t count, int threads);
  std::int64_t (*multiply_adds)(float* sink, int threads);
  std::int64_t (*exponentials)(float* sink, int threads);
  std::int64_t (*divisions)(float* sink, int threads);
};

}  // namespace cuvae::bench
