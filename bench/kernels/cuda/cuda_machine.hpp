// A GPU, measured.
#pragma once

#include "bench/kernels/machine.hpp"

namespace cuvae::bench {

[[nodiscard]] std::unique_ptr<Machine> make_cuda_machine(int device, Precision precision);

}  // namespace cuvae::bench
