#include "bench/kernels/machine.hpp"

#include "bench/kernels/cpu_machine.hpp"
#include "bench/kernels/cuda/cuda_machine.hpp"

namespace cuvae::bench {

Machine::~Machine() = default;

std::unique_ptr<Machine> make_machine(const Device& device, Precision precision) {
  if (device.kind == Device::Kind::cuda) return make_cuda_machine(device.index, precision);
  require_precision(device, precision);
  return make_cpu_machine(device);
}

}  // namespace cuvae::bench
