#include "src/model/sampling.hpp"

#include "cuvae/error.hpp"

namespace cuvae::model {
namespace {

BatchTerm held_kl(const TrainConfig& config) {
  const auto held = [](KlHold::Form form, double least) {
    return BatchTerm{.kind = BatchTerm::Kind::held_kl, .hold = {form, static_cast<float>(least)}};
  };
  if (config.kl_capacity > 0) return held(KlHold::Form::capacity, 0);
  if (config.free_bits > 0) return held(KlHold::Form::dimensions, config.free_bits);
  if (config.free_bits_total > 0) return held(KlHold::Form::total, config.free_bits_total);
  return {};
}

BatchTerm total_correlation(const TrainConfig& config, ops::PairWeights pairs) {
  return {.kind = BatchTerm::Kind::total_correlation,
          .pairs = pairs,
          .factor = static_cast<float>(config.tc_weight - 1)};
}

}  // namespace

Sampling sampling_of(const TrainConfig& config) {
  using ops::SampleGradient;
  const auto sampled = [](SampleGradient gradient) {
    return LatentKl{.form = LatentKl::Form::sampled, .gradient = gradient};
  };
  const std::int32_t k = config.samples;
  const Weighting by_weight = k > 1 ? Weighting::importance : Weighting::equal;  // one has all the weight
  switch (config.objective) {
    case Objective::elbo:
      return {k, LatentKl{}, Weighting::equal, held_kl(config)};
    case Objective::elbo_sampled:
      return {k, sampled(SampleGradient::total), Weighting::equal};
    case Objective::stl:
      return {k, sampled(SampleGradient::path), Weighting::equal};
    case Objective::iwae:
      return {k, sampled(SampleGradient::total), by_weight};
    case Objective::dreg:
      return {k, sampled(SampleGradient::doubly), by_weight};
    case Objective::tc_mws:
      return {k, sampled(SampleGradient::total), Weighting::equal,
              total_correlation(config, ops::PairWeights::minibatch)};
    case Objective::tc_mss:
      return {k, sampled(SampleGradient::total), Weighting::equal,
              total_correlation(config, ops::PairWeights::stratified)};
    case Objective::mmd:
      return {k,
              LatentKl{},
              Weighting::equal,
              {.kind = BatchTerm::Kind::discrepancy, .factor = static_cast<float>(config.mmd_weight)}};
  }
  throw Error(Errc::internal, "an objective without a meaning");
}

}  // namespace cuvae::model
