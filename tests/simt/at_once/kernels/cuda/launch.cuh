// kernels/cuda/launch.cuh on a host: this file is found before that one.
#pragma once

#include <cstdint>
#include <type_traits>

#include "kernels/cuda/vocabulary.cuh"

namespace cuvae::cuda {

inline constexpr int kBlockThreads = 256;

struct Queue {};

// Ends when the kernel has. Throws what a thread threw.
template <class... Parameters>
void launch(void (*kernel)(Parameters...), std::int64_t blocks, int threads, Queue,
            std::type_identity_t<Parameters>... arguments) {
  if (blocks == 0) return;
  simt::run({.grid_blocks = blocks, .end_block = blocks, .threads = static_cast<unsigned>(threads)},
            [&] { kernel(arguments...); });
}

}  // namespace cuvae::cuda
