#include "src/model/held_kl.hpp"

namespace cuvae::model {

void plan_held_kl(NetworkPlan& plan, std::int64_t rows, std::int32_t latent) {
  plan.add("kl_elements", rows, latent);
  plan.add_vector("kl_sums", latent);
  plan.add_vector("kl_total", 1);
  plan.add_vector("kl_gates", latent);
  plan.add_vector("kl_extra", 1);
}

HeldKl::HeldKl(const BatchContext& context, const Buffers& buffers)
    : c_(context),
      held_{buffers.matrix("kl_elements"), buffers.vector("kl_sums"), buffers.vector("kl_total"),
            buffers.vector("kl_gates"), buffers.vector("kl_extra")} {}

std::vector<Phase> HeldKl::forward() {
  return {{"KL of the batch, held",
           [this] { c_.backend->hold_kl(c_.pass, c_.term.hold, c_.mean, c_.log_var, held_); }}};
}

}  // namespace cuvae::model
