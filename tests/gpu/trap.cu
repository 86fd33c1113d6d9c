#include "gpu/trap.hpp"

namespace cuvae::test {
namespace {

__global__ void trap_kernel() { asm("trap;"); }

}  // namespace

void queue_a_trap(cuda::Stream stream) { trap_kernel<<<1, 1, 0, stream>>>(); }

}  // namespace cuvae::test
