// The results of rows, gathered into those of a data set.
#pragma once

#include "src/train/evidence.hpp"
#include "src/train/information.hpp"
#include "src/train/latents.hpp"

namespace cuvae::train {

class Tally {
 public:
  // kl: how the model's KL is known. top_latent: of a second stochastic layer, or 0. chosen: rows that
  // information is estimated from.
  Tally(std::int32_t latent, Evidence::Kl kl, std::int32_t top_latent, std::vector<std::int64_t> chosen)
      : kl_(kl), units_(latent), top_units_(top_latent), draws_(latent, std::move(chosen)) {}

  RowEvaluation add(const Posterior& q, const Evidence& evidence);
  void add_top(const Posterior& q) { top_units_.add(q); }
  void add_draw(std::int64_t row, const Posterior& q, std::span<const float> z) { draws_.add(row, q, z); }
  [[nodiscard]] Evaluation result(const std::optional<Factors>& factors) const;

 private:
  Evidence::Kl kl_;
  std::int64_t rows_ = 0;
  Elbo elbo_sum_;
  LatentTerms terms_;
  double effective_samples_ = 0;
  MeanOfRows elbo_, iwae_;
  LatentUnits units_, top_units_;
  ChosenDraws draws_;
};

}  // namespace cuvae::train
