// A second stochastic layer (Burda et al., 2015, section 5): z2 ~ q(z2|z) = N(mean, exp(log_var)) of a
// network of z, against p(z2) = N(0, I); and p(z|z2), a Gaussian whose parameters are a network of z2.
#pragma once

#include "src/model/chain.hpp"
#include "src/model/latent_prior.hpp"

namespace cuvae::model {

void plan_top_layer(NetworkPlan& plan, const ModelConfig& config, std::int64_t drawn, Use use,
                    const Forms& forms);

class TopLayer final : public LatentPrior {
 public:
  TopLayer(const PriorContext& context, const Buffers& buffers);

  std::vector<Phase> forward() override;
  std::vector<Phase> backward(GradientMode mode) override;
  std::vector<Phase> sample() override;

 private:
  [[nodiscard]] ops::NoiseSource noise() const;

  PriorContext c_;
  Matrix head_, z_, prior_head_;
  Matrix d_head_, d_z_, d_prior_head_, d_below_;
  Chain encoder_, decoder_;
};

}  // namespace cuvae::model
