// The results of rows, gathered into those of a data set.
#pragma once

#include "src/train/evidence.hpp"
#include "src/train/information.hpp"
#include "src/train/latents.hpp"

namespace cuvae::train {

class Tally {
 public:
  // kl: how the model's KL is known.
  Tally(std::int32_t latent, Evidence::Kl kl) : kl_(kl), units_(latent), draws_(latent) {}

  RowEvaluation add(const Posterior& q, const Evidence& evidence);
  void add_draw(const Posterior& q, std::span<const float> z) { draws_.add(q, z); }
  [[nodiscard]] Evaluation result(const std::optional<Factors>& factors) const;

 private:
  Evidence::Kl kl_;
  std::int64_t rows_ = 0;
  Elbo elbo_sum_;
  LatentTerms terms_;
  double effective_samples_ = 0;
  MeanOfRows elbo_, iwae_;
  LatentUnits units_;
  FirstDraws draws_;
};

}  // namespace cuvae::train
