#include "src/model/discrepancy.hpp"

#include "src/model/numbered_rows.hpp"

namespace cuvae::model {

void plan_discrepancy(NetworkPlan& plan, std::int64_t rows, std::int32_t latent) {
  plan_numbers(plan, rows);
  for (const char* pairs : {"pair_costs", "pair_distances", "pair_kernels"})
    plan.add_vector(pairs, rows * rows);
  for (const char* matrix : {"prior_draws", "d_z_of_mmd", "d_z_of_mmd_part"}) plan.add(matrix, rows, latent);
  for (const char* vector : {"row_kernel_z", "row_kernel_p", "row_kernel_zp", "row_mmd"})
    plan.add_vector(vector, rows);
}

Discrepancy::Discrepancy(const BatchContext& context, const Buffers& buffers)
    : c_(context),
      numbers_(numbered_rows(*c_.backend, buffers)),
      prior_(buffers.matrix("prior_draws")),
      d_z_(buffers.matrix("d_z_of_mmd")),
      d_z_part_(buffers.matrix("d_z_of_mmd_part")),
      costs_(buffers.vector("pair_costs")),
      kernel_{costs_, buffers.vector("pair_distances"), buffers.vector("pair_kernels")},
      means_of_z_(buffers.vector("row_kernel_z")),
      means_of_p_(buffers.vector("row_kernel_p")),
      means_of_both_(buffers.vector("row_kernel_zp")),
      row_values_(buffers.vector("row_mmd")) {}

std::vector<Phase> Discrepancy::forward() {
  return {{"discrepancy of q(z) and p(z), and its gradient", [this] { compare(); }}};
}

// Each kernel lies where the one before it lay.
void Discrepancy::compare() {
  Backend& backend = *c_.backend;
  ops::NoiseSource noise = *c_.noise;
  noise.purpose = ops::Purpose::discrepancy;
  backend.sample_prior(c_.pass, noise, prior_);
  backend.pair_costs(c_.pass, c_.term.pairs, numbers_, costs_);
  backend.kernel_means(c_.pass, prior_, prior_, kernel_, means_of_p_);
  backend.kernel_means(c_.pass, c_.z, prior_, kernel_, means_of_both_);
  backend.kernel_backward(c_.pass, c_.z, prior_, kernel_, -2 * c_.term.factor, d_z_);
  backend.kernel_means(c_.pass, c_.z, c_.z, kernel_, means_of_z_);
  backend.kernel_backward(c_.pass, c_.z, c_.z, kernel_, 2 * c_.term.factor, d_z_part_);  // both ends move
  backend.add_rows(c_.pass, d_z_part_, d_z_, GradientMode::accumulate);
  backend.discrepancy(c_.pass, c_.term.factor, means_of_z_, means_of_p_, means_of_both_, row_values_,
                      c_.z.rows);
}

std::vector<Phase> Discrepancy::to_latent() {
  return {{"discrepancy: to z",
           [this] { c_.backend->add_rows(c_.pass, d_z_, c_.d_z, GradientMode::accumulate); }}};
}

}  // namespace cuvae::model
