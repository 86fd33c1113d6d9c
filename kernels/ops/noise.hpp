// The noise contract: every random number is a pure function of (seed, purpose, step, row, sample, column).
// It depends on no launch shape, thread count, batch split or device, so backward passes redraw instead of
// storing and a resumed run needs nothing but its step. Changing anything here changes every number.
#pragma once

#include <cmath>
#include <cstdint>

#include "kernels/ops/host_device.hpp"
#include "kernels/ops/philox.hpp"

namespace cuvae::ops {

enum class Purpose : std::uint8_t {
  latent,               // epsilon of z = mean + sigma epsilon, in training
  binarize,             // dynamic binarization, in training
  initialize,           // the first weights; step = tensor, row = output unit
  shuffle,              // the order of an epoch
  split,                // which rows are held out
  prior,                // z of samples; row = sample
  shapes,               // builtin:shapes
  evaluate_latent,      // epsilon of an evaluation; step = 0
  evaluate_binarize,    // dynamic binarization of an evaluation; step = 0
  top_latent,           // epsilon of a second stochastic layer, in training
  evaluate_top_latent,  // and in an evaluation; step = 0
  discrepancy,          // z of the prior, beside those of a batch
  binarize_once,        // binarization that is the same in each step; step = 0
  choose,               // the rows that mutual information is estimated from
};

// What an op asks of the loop that runs it.
enum class Noise { none, uniform, normal };

// Where a loop draws: everything of the counter but row and column.
struct NoiseSource {
  std::uint64_t seed = 0;
  Purpose purpose = Purpose::latent;
  std::uint32_t sample = 0;  // k, below 2^16
};

// Data that is binarized once is data: the same in every run and every evaluation, whatever their seeds.
inline constexpr NoiseSource kBinarizeOnce{0, Purpose::binarize_once, 0};

// The step of a source's counters.
CUVAE_HD constexpr std::uint32_t step_of(const NoiseSource& source, std::uint32_t step) {
  return source.purpose == Purpose::binarize_once ? 0 : step;
}

// One block serves the four columns 4 c .. 4 c + 3. Rows up to 2^40.
CUVAE_HD constexpr PhiloxBlock noise_counter(Purpose purpose, std::uint32_t step, std::int64_t row,
                                             std::uint32_t sample, std::int32_t column_block) {
  const std::uint64_t wide_row = static_cast<std::uint64_t>(row);
  return {{static_cast<std::uint32_t>(column_block), static_cast<std::uint32_t>(wide_row), step,
           (static_cast<std::uint32_t>(purpose) << 24) | ((sample & 0xFFFFu) << 8) |
               static_cast<std::uint32_t>((wide_row >> 32) & 0xFFu)}};
}

CUVAE_HD constexpr PhiloxKey noise_key(std::uint64_t seed) {
  return {{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)}};
}

CUVAE_HD constexpr PhiloxBlock noise_block(std::uint64_t seed, Purpose purpose, std::uint32_t step,
                                           std::int64_t row, std::uint32_t sample,
                                           std::int32_t column_block) {
  return philox4x32_10(noise_counter(purpose, step, row, sample, column_block), noise_key(seed));
}

// In [0, 1), exact in float.
CUVAE_HD constexpr float uniform(std::uint32_t word) { return static_cast<float>(word >> 8) * 0x1p-24f; }

// In (0, 1], exact in float: a radius that is never the logarithm of 0.
CUVAE_HD constexpr float uniform_above_zero(std::uint32_t word) {
  return static_cast<float>((word >> 8) + 1) * 0x1p-24f;
}

template <class Real>
struct NormalPair {
  Real first, second;
};

// Box & Muller (1958): two independent N(0, 1) from radius in (0, 1] and angle in [0, 1). Words 0 and 1 of a
// block give columns 4 c (first) and 4 c + 1 (second); words 2 and 3 give 4 c + 2 and 4 c + 3.
template <class Real>
CUVAE_HD NormalPair<Real> box_muller(Real radius_uniform, Real angle_uniform) {
  using std::cos, std::log, std::sin, std::sqrt;
  const Real radius = sqrt(Real(-2.0f) * log(radius_uniform));
  const Real angle = Real(6.283185307179586f) * angle_uniform;
  return {radius * cos(angle), radius * sin(angle)};
}

}  // namespace cuvae::ops
