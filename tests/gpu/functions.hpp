// What kernels compute with, element by element on a GPU.
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/ops/philox.hpp"

namespace cuvae::test {

enum class Function { exp, expm1, log, log1p, reciprocal, sqrt, sin, cos, tanh, bf16 };

// f(x) for each x, as cuda::Fast computes it; reciprocal is 1 / x, bf16 the rounding of x.
[[nodiscard]] std::vector<float> on_gpu(Function function, const std::vector<float>& x);

// The first normal of Box-Muller for each radius word w << 8, at an angle of 0: the radius itself.
[[nodiscard]] std::vector<float> radii_on_gpu(std::uint32_t first, std::uint32_t count);

[[nodiscard]] std::vector<ops::PhiloxBlock> philox_on_gpu(const std::vector<ops::PhiloxBlock>& counters,
                                                          ops::PhiloxKey key);

}  // namespace cuvae::test
