// The first weights.
#pragma once

#include <cstdint>
#include <vector>

#include "src/model/layout.hpp"

namespace cuvae::model {

// An arena of initial parameters; tensor t's value (r, c) is a pure function of (seed, t, r, c). A learned
// log-variance starts at 0.
[[nodiscard]] std::vector<float> initial_parameters(const Layout& layout, const ModelConfig& config,
                                                    std::uint64_t seed);

// The decoder's last bias from the mean of each column: its logit (Bernoulli, the mean clipped to
// [0.001, 0.999]) or the mean itself (Gaussian). Burda et al. (2015) start so.
void set_output_bias(std::vector<float>& arena, const Layout& layout, Likelihood likelihood,
                     const std::vector<double>& column_means);

}  // namespace cuvae::model
