#include "src/cli/latent_scores.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "kernels/ops/gaussian_latent.hpp"
#include "src/cli/model_use.hpp"
#include "src/config/prior.hpp"

namespace cuvae::cli {
namespace {

constexpr std::int64_t kMostRows = 2048;

Latents encoded(Vae& vae, const Dataset& data, std::int64_t rows, std::int32_t batch) {
  Latents all;
  for_each_batch("encode", data, rows, batch,
                 [&](std::span<const float> values, std::span<const float> labels) {
                   const Latents latents = vae.encode(values, labels);
                   all.mean.insert(all.mean.end(), latents.mean.begin(), latents.mean.end());
                   all.log_var.insert(all.log_var.end(), latents.log_var.begin(), latents.log_var.end());
                 });
  return all;
}

}  // namespace

LatentScores latent_scores(Vae& vae, const Dataset& data, std::int32_t batch) {
  const std::int64_t rows = std::min(kMostRows, data.rows());
  const auto latent = static_cast<std::size_t>(vae.config().latent), count = static_cast<std::size_t>(rows);
  const Latents q = encoded(vae, data, rows, batch);
  const auto mean_over_rows = [&](const auto& value) {
    std::vector<double> means(latent);
    for (std::size_t i = 0; i < latent * count; ++i)
      means[i % latent] += value(i) / static_cast<double>(rows);
    return means;
  };
  if (config::has_standard_prior(vae.config()))
    return {"KL",
            mean_over_rows([&](std::size_t i) { return ops::gaussian_kl<double>(q.mean[i], q.log_var[i]); })};
  const std::vector<double> centre =
      mean_over_rows([&](std::size_t i) { return static_cast<double>(q.mean[i]); });
  return {"variance", mean_over_rows([&](std::size_t i) {
            const double change = static_cast<double>(q.mean[i]) - centre[i % latent];
            return change * change;
          })};
}

std::vector<std::int64_t> highest_first(const std::vector<double>& scores) {
  std::vector<std::int64_t> order(scores.size());
  std::iota(order.begin(), order.end(), 0);
  const auto score = [&](std::int64_t dimension) {
    const double value = scores[static_cast<std::size_t>(dimension)];
    return std::isnan(value) ? -std::numeric_limits<double>::infinity() : value;
  };
  std::ranges::stable_sort(order, std::ranges::greater(), score);
  return order;
}

}  // namespace cuvae::cli
