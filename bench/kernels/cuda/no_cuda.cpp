// Where cuvae is built without CUDA.
#include "bench/kernels/cuda/cuda_machine.hpp"
#include "cuvae/error.hpp"

namespace cuvae::bench {

std::unique_ptr<Machine> make_cuda_machine(int device, Precision precision) {
  static_cast<void>(make_backend(Device::cuda(device), {.precision = precision}));  // says why not
  throw Error(Errc::internal, "a GPU where there is none");
}

}  // namespace cuvae::bench
