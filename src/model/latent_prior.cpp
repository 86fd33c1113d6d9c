#include "src/model/latent_prior.hpp"

#include "src/model/learned_prior.hpp"
#include "src/model/top_layer.hpp"

namespace cuvae::model {

void plan_prior(NetworkPlan& plan, const ModelConfig& config, std::int64_t drawn, Use use,
                const Forms& forms) {
  if (config.top_latent > 0) plan_top_layer(plan, config, drawn, use, forms);
  if (config.prior != Prior::standard) plan_learned_prior(plan, config, drawn, use, forms);
}

std::unique_ptr<LatentPrior> make_prior(const PriorContext& context, const Buffers& buffers) {
  if (context.config->top_latent > 0) return std::make_unique<TopLayer>(context, buffers);
  if (context.config->prior != Prior::standard) return std::make_unique<LearnedPrior>(context, buffers);
  return nullptr;
}

}  // namespace cuvae::model
