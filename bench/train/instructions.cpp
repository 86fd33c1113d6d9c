// Instructions of one step of the reference job on the CPU, phase by phase. Run by
// bench/budget/instructions.py under callgrind, with collection off at the start; each phase is dumped under
// its name. Prints what built it, for figures of another compiler or OpenBLAS are others.
#include <valgrind/callgrind.h>

#include <iostream>

#include "bench/train/phases.hpp"
#include "src/cpu/gemm.hpp"

int main() {
  using namespace cuvae;
  if (RUNNING_ON_VALGRIND == 0) {
    std::cerr << "bench_instructions: to be run by bench/instructions.py, under callgrind\n";
    return 2;
  }
  constexpr std::int32_t kRows = 256, kCols = 784;
  std::vector<std::uint8_t> pixels(kRows * kCols);
  for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<std::uint8_t>(i * 37);
  std::cout << "GCC " << __VERSION__ << ", " << cpu::blas_description() << std::endl;
  const Dataset data = Dataset::from_bytes(pixels, kCols);
  bench::PhasedStep step({.data_dim = data.cols()}, {}, data, 1);
  constexpr int kWarmUp = 1;  // what is chosen, or allocated, when it is used first
  for (int i = 0; i <= kWarmUp; ++i) {
    if (i == kWarmUp) CALLGRIND_START_INSTRUMENTATION;
    step.begin(i);
    for (const model::Phase& phase : step.phases()) {
      if (i < kWarmUp) {
        phase.run();
        continue;
      }
      CALLGRIND_TOGGLE_COLLECT;
      phase.run();
      CALLGRIND_TOGGLE_COLLECT;
      CALLGRIND_DUMP_STATS_AT(phase.name.c_str());
    }
  }
}
