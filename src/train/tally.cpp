#include "src/train/tally.hpp"

#include <algorithm>

namespace cuvae::train {

namespace {

std::int32_t count_active(const std::vector<LatentUnit>& units) {
  return static_cast<std::int32_t>(std::ranges::count_if(units, &LatentUnit::active));
}

}  // namespace

RowEvaluation Tally::add(const Posterior& q, const Evidence& evidence) {
  const LatentTerms terms = units_.add(q);
  const RowEvaluation row = evidence.row(kl_, terms.kl);
  ++rows_;
  elbo_sum_.reconstruction += row.reconstruction;
  elbo_sum_.kl += row.kl;
  terms_.entropy += terms.entropy;
  effective_samples_ += row.effective_samples;
  elbo_.add(row.elbo, evidence.elbo_variance(kl_));
  iwae_.add(row.iwae, evidence.iwae_variance());
  return row;
}

Evaluation Tally::result(const std::optional<Factors>& factors) const {
  const double rows = static_cast<double>(rows_);
  Evaluation result;
  result.rows = rows_;
  result.mean.reconstruction = elbo_sum_.reconstruction / rows;
  result.mean.kl = elbo_sum_.kl / rows;
  result.mean.elbo = result.mean.reconstruction - result.mean.kl;
  result.elbo = elbo_.estimate();
  result.iwae = iwae_.estimate();
  result.effective_samples = effective_samples_ / rows;
  result.entropy = terms_.entropy / rows;
  result.log_prior = -result.mean.kl - result.entropy;
  result.inference_gap = result.iwae.value - result.elbo.value;
  result.mutual_information = train::mutual_information(draws_);
  if (factors) result.information_gap = train::information_gap(draws_, *factors);
  result.information_rows = static_cast<std::int64_t>(draws_.rows());
  result.units = units_.units();
  result.active_units = count_active(result.units);
  result.top_units = top_units_.units();
  result.active_top_units = count_active(result.top_units);
  return result;
}

}  // namespace cuvae::train
