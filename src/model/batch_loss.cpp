#include "src/model/batch_loss.hpp"

#include "src/model/discrepancy.hpp"
#include "src/model/held_kl.hpp"
#include "src/model/total_correlation.hpp"

namespace cuvae::model {

void plan_batch_loss(NetworkPlan& plan, const BatchTerm& term, std::int64_t rows, std::int32_t latent) {
  using Kind = BatchTerm::Kind;
  if (term.kind == Kind::held_kl) plan_held_kl(plan, rows, latent);
  if (term.kind == Kind::total_correlation) plan_total_correlation(plan, rows, latent);
  if (term.kind == Kind::discrepancy) plan_discrepancy(plan, rows, latent);
}

std::unique_ptr<BatchLoss> make_batch_loss(const BatchContext& context, const Buffers& buffers) {
  using Kind = BatchTerm::Kind;
  if (context.term.kind == Kind::held_kl) return std::make_unique<HeldKl>(context, buffers);
  if (context.term.kind == Kind::total_correlation)
    return std::make_unique<TotalCorrelation>(context, buffers);
  if (context.term.kind == Kind::discrepancy) return std::make_unique<Discrepancy>(context, buffers);
  return nullptr;
}

}  // namespace cuvae::model
