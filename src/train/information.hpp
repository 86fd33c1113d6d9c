// What latent variables say about rows and about their factors, estimated by draws of q(z|x).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "cuvae/vae.hpp"
#include "src/train/latents.hpp"

namespace cuvae::train {

// One draw z of each of the first rows, and the q(z|x) it is of.
class FirstDraws {
 public:
  static constexpr std::int64_t kMostRows = 1024;

  explicit FirstDraws(std::int32_t latent) : latent_(static_cast<std::size_t>(latent)) {}

  void add(const Posterior& q, std::span<const float> z);  // of rows beyond the first ones: nothing
  [[nodiscard]] std::size_t rows() const { return latent_ == 0 ? 0 : z_.size() / latent_; }
  [[nodiscard]] std::size_t latent() const { return latent_; }
  // log q(z_i|x) of dimension i: the draw of row `at`, the posterior of row `of`; but for log(2 pi) / 2.
  [[nodiscard]] double log_density(std::size_t of, std::size_t at, std::size_t i) const {
    const double difference = z_[at * latent_ + i] - mean_[of * latent_ + i];
    return -0.5 * (difference * difference * precision_[of * latent_ + i] + log_var_[of * latent_ + i]);
  }

 private:
  std::size_t latent_;
  std::vector<double> mean_, log_var_, precision_, z_;  // [rows, latent]
};

// I(x; z) under q: mean over rows of log q(z_n|x_n) - log((q(z_n|x_1) + ... ) / rows). 0 without rows.
[[nodiscard]] double mutual_information(const FirstDraws& draws);

// I(z_i; v) = E[log q(z_i|v) - log q(z_i)] for each latent dimension i and factor v, where q(z_i) is the mean
// of q(z_i|x) over all rows and q(z_i|v) that over the rows with this v (Chen et al., 2018, section 4.1).
// Takes rows^2 x latent exponentials. Empty where no factor has two levels.
[[nodiscard]] std::optional<InformationGap> information_gap(const FirstDraws& draws, const Factors& factors);

}  // namespace cuvae::train
