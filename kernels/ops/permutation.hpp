// A keyed bijection of [0, size): the order of an epoch, computed where it is needed, so that a sampler's
// whole state is one integer. A balanced Feistel network of 8 rounds with Philox as its round function (Luby
// & Rackoff, 1988, need 4), walked along its cycle until the result lies below size (Black & Rogaway, 2002).
#pragma once

#include <cstdint>

#include "kernels/ops/host_device.hpp"
#include "kernels/ops/noise.hpp"

namespace cuvae::ops {

class Permutation {
 public:
  constexpr Permutation() = default;

  // `variant` tells permutations of one seed and purpose apart: the epoch, for a shuffle.
  CUVAE_HD constexpr Permutation(std::uint64_t seed, Purpose purpose, std::uint32_t variant,
                                 std::int64_t size)
      : seed_(seed), size_(static_cast<std::uint64_t>(size)), variant_(variant), purpose_(purpose) {
    while ((std::uint64_t{1} << (2 * half_bits_)) < size_) ++half_bits_;
  }

  CUVAE_HD constexpr std::int64_t operator()(std::int64_t index) const {
    if (size_ < 2) return index;
    std::uint64_t value = static_cast<std::uint64_t>(index);
    do {
      value = encrypt(value);
    } while (value >= size_);
    return static_cast<std::int64_t>(value);
  }

 private:
  CUVAE_HD constexpr std::uint64_t encrypt(std::uint64_t value) const {
    const std::uint64_t mask = (std::uint64_t{1} << half_bits_) - 1;
    std::uint64_t left = value >> half_bits_, right = value & mask;
    for (std::int32_t round = 0; round < 8; ++round) {
      const PhiloxBlock random =
          noise_block(seed_, purpose_, variant_, static_cast<std::int64_t>(right), 0, round);
      const std::uint64_t mixed = left ^ (random.x[0] & mask);
      left = right;
      right = mixed;
    }
    return (left << half_bits_) | right;
  }

  std::uint64_t seed_ = 0, size_ = 0;
  std::uint32_t variant_ = 0;
  int half_bits_ = 1;
  Purpose purpose_ = Purpose::shuffle;
};

}  // namespace cuvae::ops
