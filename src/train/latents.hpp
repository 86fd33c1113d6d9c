// What the latent dimensions of a model do over the rows of a data set.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "cuvae/vae.hpp"

namespace cuvae::train {

// q(z|x) of one row. log_var: after its bound.
struct Posterior {
  std::span<const double> mean, log_var;
};

// Its terms in closed form, in nats.
struct LatentTerms {
  double kl = 0, entropy = 0;  // against N(0, I)
};

class LatentUnits {
 public:
  explicit LatentUnits(std::int32_t latent) : units_(static_cast<std::size_t>(latent)) {}

  LatentTerms add(const Posterior& q);
  [[nodiscard]] std::vector<LatentUnit> units() const;

 private:
  struct Sums {
    double kl = 0, mean = 0, square = 0;  // the last two by Welford's (1962) updates
  };
  std::vector<Sums> units_;
  double rows_ = 0;
};

}  // namespace cuvae::train
