// The CPU, measured.
#pragma once

#include "bench/kernels/machine.hpp"

namespace cuvae::bench {

[[nodiscard]] std::unique_ptr<Machine> make_cpu_machine(const Device& device);

}  // namespace cuvae::bench
