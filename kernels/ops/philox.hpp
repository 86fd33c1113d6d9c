// Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011): the host twin of
// cuRAND's curand_Philox4x32_10, integer for integer.
#pragma once

#include <cstdint>

#include "kernels/ops/host_device.hpp"

namespace cuvae::ops {

struct PhiloxKey {
  std::uint32_t x[2];
};

struct PhiloxBlock {
  std::uint32_t x[4];
};

// Scalars: device code may read a constant of the host, but not an array of them.
inline constexpr std::uint32_t kPhiloxMultiplier0 = 0xD2511F53u, kPhiloxMultiplier1 = 0xCD9E8D57u;
inline constexpr std::uint32_t kPhiloxWeyl0 = 0x9E3779B9u, kPhiloxWeyl1 = 0xBB67AE85u;

CUVAE_HD constexpr PhiloxBlock philox4x32_10(PhiloxBlock counter, PhiloxKey key) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t a = std::uint64_t{kPhiloxMultiplier0} * counter.x[0];
    const std::uint64_t b = std::uint64_t{kPhiloxMultiplier1} * counter.x[2];
    counter = {{static_cast<std::uint32_t>(b >> 32) ^ counter.x[1] ^ key.x[0], static_cast<std::uint32_t>(b),
                static_cast<std::uint32_t>(a >> 32) ^ counter.x[3] ^ key.x[1],
                static_cast<std::uint32_t>(a)}};
    key = {{key.x[0] + kPhiloxWeyl0, key.x[1] + kPhiloxWeyl1}};
  }
  return counter;
}

}  // namespace cuvae::ops
