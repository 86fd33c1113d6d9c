#include "gpu/trap.hpp"

#include <stdexcept>

#include "engine/host_gpu/gpu.hpp"

namespace cuvae::test {

void queue_a_trap(cuda::Stream stream) {
  static_cast<void>(host_gpu::queue(stream, [] { throw std::runtime_error("a trap"); }));
}

}  // namespace cuvae::test
