// What latent variables say about rows and about their factors, estimated by draws of q(z|x).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "cuvae/vae.hpp"
#include "src/train/latents.hpp"

namespace cuvae::train {

// The rows from 0 to rows - 1 that information is estimated from: up to 1024, drawn by the seed, in their
// order.
[[nodiscard]] std::vector<std::int64_t> chosen_rows(std::int64_t rows, std::uint64_t seed);

// One draw z of each chosen row, and the q(z|x) it is of.
class ChosenDraws {
 public:
  ChosenDraws(std::int32_t latent, std::vector<std::int64_t> chosen)
      : latent_(static_cast<std::size_t>(latent)), chosen_(std::move(chosen)) {}

  // Rows come in their order; of those that are not chosen: nothing.
  void add(std::int64_t row, const Posterior& q, std::span<const float> z);
  [[nodiscard]] const std::vector<std::int64_t>& chosen() const { return chosen_; }
  [[nodiscard]] std::size_t rows() const { return latent_ == 0 ? 0 : z_.size() / latent_; }
  [[nodiscard]] std::size_t latent() const { return latent_; }
  // log q(z_i|x) of dimension i: the draw of row `at`, the posterior of row `of`; but for log(2 pi) / 2.
  [[nodiscard]] double log_density(std::size_t of, std::size_t at, std::size_t i) const {
    const double difference = z_[at * latent_ + i] - mean_[of * latent_ + i];
    return -0.5 * (difference * difference * precision_[of * latent_ + i] + log_var_[of * latent_ + i]);
  }

 private:
  std::size_t latent_;
  std::vector<std::int64_t> chosen_;
  std::vector<double> mean_, log_var_, precision_, z_;  // [rows, latent]
};

// I(x; z) under q: mean over rows of log q(z_n|x_n) - log((q(z_n|x_1) + ... ) / rows). 0 without rows.
[[nodiscard]] double mutual_information(const ChosenDraws& draws);

// I(z_i; v) = E[log q(z_i|v) - log q(z_i)] for each latent dimension i and factor v, where q(z_i) is the mean
// of q(z_i|x) over all rows and q(z_i|v) that over the rows with this v (Chen et al., 2018, section 4.1).
// Takes rows^2 x latent exponentials. `factors` are of all rows. Empty where no factor has two levels among
// the chosen ones.
[[nodiscard]] std::optional<InformationGap> information_gap(const ChosenDraws& draws, const Factors& factors);

}  // namespace cuvae::train
