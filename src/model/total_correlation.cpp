#include "src/model/total_correlation.hpp"

#include "src/model/numbered_rows.hpp"

namespace cuvae::model {

void plan_total_correlation(NetworkPlan& plan, std::int64_t rows, std::int32_t latent) {
  plan_numbers(plan, rows);
  for (const char* pairs : {"pair_costs", "pair_nll", "pair_shares"}) plan.add_vector(pairs, rows * rows);
  plan.add("marginals", rows, latent);
  plan.add_vector("row_tc", rows);
  for (const char* gradient : {"d_z_of_tc", "d_z_of_marginals"}) plan.add(gradient, rows, latent);
  for (const char* gradient : {"d_head_of_tc", "d_head_of_marginals"})
    plan.add(gradient, rows, 2 * ops::padded(latent));
}

TotalCorrelation::TotalCorrelation(const BatchContext& context, const Buffers& buffers)
    : c_(context),
      numbers_(numbered_rows(*c_.backend, buffers)),
      densities_(buffers.matrix("marginals")),
      d_z_(buffers.matrix("d_z_of_tc")),
      d_z_part_(buffers.matrix("d_z_of_marginals")),
      d_head_(buffers.matrix("d_head_of_tc")),
      d_head_part_(buffers.matrix("d_head_of_marginals")),
      costs_(buffers.vector("pair_costs")),
      pair_nll_(buffers.vector("pair_nll")),
      shares_(buffers.vector("pair_shares")),
      row_values_(buffers.vector("row_tc")) {}

Backend::Mixture TotalCorrelation::posteriors(float factor) const {
  return {c_.mean, c_.log_var, pair_nll_, shares_, costs_, factor};
}

std::vector<Phase> TotalCorrelation::forward() {
  return {{"total correlation: q(z) and its marginals",
           [this] {
             c_.backend->pair_costs(c_.pass, c_.term.pairs, numbers_, costs_);
             c_.backend->mixture_density(c_.pass, c_.z, posteriors(1), row_values_, ops::RowLoss::overwrite);
             c_.backend->dimension_densities(c_.pass, c_.z, posteriors(1), densities_, row_values_);
             c_.backend->weigh_total_correlation(c_.pass, c_.term.factor, row_values_, c_.z.rows);
           }},
          {"total correlation: gradients", [this] { differentiate(); }}};
}

// TC = log q(z) - sum log q(z_d): the first counts against what mixtures minimise, the others for it.
void TotalCorrelation::differentiate() {
  const std::int32_t latent = c_.z.cols;
  const auto [d_mean, d_log_var] = halves(d_head_, latent);
  c_.backend->mixture_backward(c_.pass, c_.z, posteriors(-c_.term.factor), nullptr, d_z_, d_mean, d_log_var);
  const auto [d_mean_part, d_log_var_part] = halves(d_head_part_, latent);
  c_.backend->dimensions_backward(c_.pass, c_.z, posteriors(c_.term.factor), densities_, d_z_part_,
                                  d_mean_part, d_log_var_part);
  c_.backend->add_rows(c_.pass, d_z_part_, d_z_, GradientMode::accumulate);
  c_.backend->add_rows(c_.pass, d_head_part_, d_head_, GradientMode::accumulate);
}

std::vector<Phase> TotalCorrelation::to_latent() {
  return {{"total correlation: to z",
           [this] { c_.backend->add_rows(c_.pass, d_z_, c_.d_z, GradientMode::accumulate); }}};
}

std::vector<Phase> TotalCorrelation::to_head() {
  return {{"total correlation: to mean and log_var",
           [this] { c_.backend->add_rows(c_.pass, d_head_, c_.d_head, GradientMode::accumulate); }}};
}

}  // namespace cuvae::model
