// Noise for a run of columns of one row: one Philox block per four columns (kernels/ops/noise.hpp). Included
// only by cpu_backend.cpp (see pack.hpp).
#pragma once

#include <cstdint>

#include "kernels/ops/noise.hpp"
#include "src/cpu/pack.hpp"

namespace cuvae::cpu::CUVAE_CPU_TARGET {

inline constexpr std::int32_t kDrawColumns = 128;
inline constexpr std::int32_t kDrawBlocks = kDrawColumns / 4;

// Words of kDrawBlocks blocks, word by word, so that the compiler runs the blocks side by side.
struct DrawnWords {
  std::uint32_t word[4][kDrawBlocks];
};

inline void draw_words(const ops::NoiseSource& source, std::uint32_t step, std::int64_t row,
                       std::int32_t first_block, std::int32_t blocks, DrawnWords& drawn) {
  for (std::int32_t b = 0; b < blocks; ++b) {
    const ops::PhiloxBlock block =
        ops::noise_block(source.seed, source.purpose, step, row, source.sample, first_block + b);
    for (int w = 0; w < 4; ++w) drawn.word[w][b] = block.x[w];
  }
}

// `first` is a multiple of 4; out has room for kDrawColumns.
template <ops::Noise kNoise>
inline void draw(const ops::NoiseSource& source, std::uint32_t step, std::int64_t row, std::int32_t first,
                 std::int32_t count, float* out) {
  DrawnWords drawn;
  const std::int32_t blocks = static_cast<std::int32_t>(ops::padded(count)) / 4;
  draw_words(source, step, row, first / 4, blocks, drawn);
  if constexpr (kNoise == ops::Noise::uniform) {
    for (std::int32_t b = 0; b < blocks; ++b) {
      for (int w = 0; w < 4; ++w) out[4 * b + w] = ops::uniform(drawn.word[w][b]);
    }
    return;
  }
  for (int half = 0; half < 4; half += 2) {
    float radius[kDrawBlocks + ops::kPadding], angle[kDrawBlocks + ops::kPadding];
    for (std::int32_t b = 0; b < blocks; ++b) {
      radius[b] = ops::uniform_above_zero(drawn.word[half][b]);
      angle[b] = ops::uniform(drawn.word[half + 1][b]);
    }
    for (std::int32_t b = blocks; b < static_cast<std::int32_t>(ops::padded(blocks)); ++b)
      radius[b] = angle[b] = 1.0f;
    for (std::int32_t b = 0; b < blocks; b += kLanes) {
      const auto pair = ops::box_muller(Pack::load(radius + b), Pack::load(angle + b));
      pair.first.store(radius + b);
      pair.second.store(angle + b);
    }
    for (std::int32_t b = 0; b < blocks; ++b) {
      out[4 * b + half] = radius[b];
      out[4 * b + half + 1] = angle[b];
    }
  }
}

}  // namespace cuvae::cpu::CUVAE_CPU_TARGET
