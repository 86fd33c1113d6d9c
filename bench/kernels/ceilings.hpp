// What the machine can do at most, measured in this process: every share is one of these.
#pragma once

#include "bench/kernels/machine.hpp"

namespace cuvae::bench {

struct Ceilings {
  // Bytes a second: memory to memory (bytes read and written), read alone, written alone; and a copy that
  // stays in the last cache.
  double copy = 0, read = 0, fill = 0, copy_in_cache = 0;
  double flops = 0;                        // a second, multiply-adds in fp32, each counted twice
  double exponentials = 0, divisions = 0;  // a second
  double products = 0;  // FLOP a second of a dense layer with large matrices, in the machine's precision
  double launch = 0;    // seconds a recorded call takes that does nothing
};

[[nodiscard]] Ceilings measure_ceilings(Machine& machine);

}  // namespace cuvae::bench
