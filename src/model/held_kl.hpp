// Free bits and capacity: the batch's mean KL, held up or drawn to a value.
#pragma once

#include "src/model/batch_loss.hpp"

namespace cuvae::model {

void plan_held_kl(NetworkPlan& plan, std::int64_t rows, std::int32_t latent);

class HeldKl final : public BatchLoss {
 public:
  HeldKl(const BatchContext& context, const Buffers& buffers);

  std::vector<Phase> forward() override;
  const float* gates() const override { return held_.gates; }
  Extra extra() const override { return {held_.extra, 1}; }

 private:
  BatchContext c_;
  Backend::HeldKl held_;
};

}  // namespace cuvae::model
