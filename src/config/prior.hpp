// What a model's p(z) is.
#pragma once

#include "cuvae/config.hpp"

namespace cuvae::config {

// p(z) = N(0, I), so that KL(q(z|x) || p(z)) has a closed form.
[[nodiscard]] inline bool has_standard_prior(const ModelConfig& config) {
  return config.prior == Prior::standard && config.top_latent == 0;
}

}  // namespace cuvae::config
