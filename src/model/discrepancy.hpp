// The maximum mean discrepancy of q(z) and p(z) (InfoVAE; Zhao et al., 2017).
#pragma once

#include "src/model/batch_loss.hpp"

namespace cuvae::model {

void plan_discrepancy(NetworkPlan& plan, std::int64_t rows, std::int32_t latent);

class Discrepancy final : public BatchLoss {
 public:
  Discrepancy(const BatchContext& context, const Buffers& buffers);

  std::vector<Phase> forward() override;
  std::vector<Phase> to_latent() override;
  Extra extra() const override { return {row_values_, c_.z.rows}; }

 private:
  void compare();

  BatchContext c_;
  Matrix numbers_, prior_;
  Matrix d_z_, d_z_part_;
  float* costs_;
  Backend::Kernel kernel_;
  float* means_of_z_;
  float* means_of_p_;
  float* means_of_both_;
  float* row_values_;
};

}  // namespace cuvae::model
