// A mixture of Gaussians in equal parts: its components are parameters, or q(z|u) of learned inputs u
// (VampPrior; Tomczak & Welling, 2018), for which those pass through the encoder.
#pragma once

#include "src/model/chain.hpp"
#include "src/model/latent_prior.hpp"

namespace cuvae::model {

void plan_learned_prior(NetworkPlan& plan, const ModelConfig& config, std::int64_t drawn, Use use,
                        const Forms& forms);

class LearnedPrior final : public LatentPrior {
 public:
  LearnedPrior(const PriorContext& context, const Buffers& buffers);

  std::vector<Phase> forward() override;
  std::vector<Phase> backward(GradientMode mode) override;
  std::vector<Phase> after_encoder(GradientMode mode) override;
  std::vector<Phase> sample() override;

 private:
  [[nodiscard]] Backend::Mixture mixture() const;
  [[nodiscard]] std::vector<Phase> components();  // parameters -> head
  void pick_components();                         // row ids -> picked

  PriorContext c_;
  PassContext components_;            // every row of what belongs to components
  bool is_vamp_, keeps_unit_;         // inputs lie in [0, 1], as data of this likelihood
  Matrix parameters_, d_parameters_;  // in the arenas
  Matrix head_, d_head_;              // [components, mean | log_var]
  Matrix d_product_head_;             // as products read it
  Matrix inputs_, d_inputs_;          // of a vamp
  Matrix d_below_;                    // of z
  Matrix picked_;                     // [rows of z, mean | log_var], of each row's component
  float* pair_nll_;
  float* shares_;
  Chain encoder_;
  Backend::Buffer picks_;  // a component's number for each row; where it is sampled
};

}  // namespace cuvae::model
