#include "src/train/latents.hpp"

#include "kernels/ops/gaussian_latent.hpp"
#include "kernels/ops/gaussian_nll.hpp"

namespace cuvae::train {

LatentTerms LatentUnits::add(const Posterior& q) {
  const auto& [mean, log_var] = q;
  ++rows_;
  LatentTerms terms;
  constexpr double kLogTwoPi{ops::kLogTwoPi};
  for (std::size_t i = 0; i < units_.size(); ++i) {
    const double kl = ops::gaussian_kl(mean[i], log_var[i]), change = mean[i] - units_[i].mean;
    units_[i].kl += kl;
    units_[i].mean += change / rows_;
    units_[i].square += change * (mean[i] - units_[i].mean);
    terms.kl += kl;
    terms.entropy += 0.5 * (log_var[i] + kLogTwoPi + 1);
  }
  return terms;
}

std::vector<LatentUnit> LatentUnits::units() const {
  std::vector<LatentUnit> units;
  for (const Sums& sums : units_) {
    const double variance = rows_ > 1 ? sums.square / rows_ : 0;
    units.push_back({sums.kl / rows_, variance, variance > 0.01});
  }
  return units;
}

}  // namespace cuvae::train
