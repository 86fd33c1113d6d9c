// How much each latent dimension says about data.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cuvae/dataset.hpp"
#include "cuvae/vae.hpp"

namespace cuvae::cli {

// Over the first rows, at most 2048. Where p(z) = N(0, I), "KL": the mean KL(q(z_d|x) || p(z_d)) of each
// latent dimension d, in nats. Else p(z_d) has no density in closed form, and it is "variance": that of the
// mean of q(z_d|x).
struct LatentScores {
  std::string what;
  std::vector<double> values;  // empty: none are known
};
[[nodiscard]] LatentScores latent_scores(Vae& vae, const Dataset& data, std::int32_t batch);

// The dimensions, that of the highest score first; NaN last.
[[nodiscard]] std::vector<std::int64_t> highest_first(const std::vector<double>& scores);

}  // namespace cuvae::cli
