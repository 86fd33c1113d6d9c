// The first weights.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "src/model/layout.hpp"

namespace cuvae::model {

// An arena of initial parameters; tensor t's value (r, c) is a pure function of (seed, t, r, c). A learned
// log-variance starts at 0.
[[nodiscard]] std::vector<float> initial_parameters(const Layout& layout, const ModelConfig& config,
                                                    std::uint64_t seed);

// The decoder's last bias from the mean of each column: what makes the mean of p(x|z) that one, or as near as
// it goes. Logits are of the mean clipped to [0.001, 0.999], those of a continuous Bernoulli to [0.01, 0.99],
// which is a logit of 100. Burda et al. (2015) start so.
void set_output_bias(std::vector<float>& arena, const Layout& layout, Likelihood likelihood,
                     const std::vector<double>& column_means);

// One input of a VampPrior from a row of data. Where inputs are kept in [0, 1], a hundredth of the way to
// 1/2, because at the ends their gradient is 0.
void set_prior_input(std::vector<float>& arena, const Layout& layout, Likelihood likelihood,
                     std::int64_t input, std::span<const float> row);

}  // namespace cuvae::model
