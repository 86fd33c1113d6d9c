#pragma once

#include "cuvae/cuda.hpp"

namespace cuvae::test {

// Queues a kernel that fails: the device is of no use to this process any more.
void queue_a_trap(cuda::Stream stream);

}  // namespace cuvae::test
