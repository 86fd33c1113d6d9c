// The total correlation of q(z), whose factors are estimated from the batch (Chen et al., 2018).
#pragma once

#include "src/model/batch_loss.hpp"

namespace cuvae::model {

void plan_total_correlation(NetworkPlan& plan, std::int64_t rows, std::int32_t latent);

class TotalCorrelation final : public BatchLoss {
 public:
  TotalCorrelation(const BatchContext& context, const Buffers& buffers);

  std::vector<Phase> forward() override;
  std::vector<Phase> to_latent() override;
  std::vector<Phase> to_head() override;
  Extra extra() const override { return {row_values_, c_.z.rows}; }

 private:
  // q(z), with so much of -log q(z) among what is minimised.
  [[nodiscard]] Backend::Mixture posteriors(float factor) const;
  void differentiate();

  BatchContext c_;
  Matrix numbers_, densities_;
  Matrix d_z_, d_z_part_, d_head_, d_head_part_;
  float* costs_;
  float* pair_nll_;
  float* shares_;
  float* row_values_;
};

}  // namespace cuvae::model
