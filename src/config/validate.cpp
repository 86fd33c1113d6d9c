// What settings must hold together; what each must hold alone stands in the schema.
#include "cuvae/error.hpp"
#include "src/config/schema.hpp"

namespace cuvae {
namespace {

void require(bool holds, const std::string& why) {
  if (!holds) throw Error(Errc::invalid_argument, why);
}

}  // namespace

void validate(const ModelConfig& config) {
  config::check_each(config);
  if (config.likelihood == Likelihood::bernoulli) {
    const bool untouched =
        config.variance == Variance::fixed && config.fixed_variance == ModelConfig().fixed_variance;
    require(untouched,
            "variance: a bernoulli likelihood has none; leave it out, or choose likelihood gaussian");
  } else {
    require(config.binarize == Binarize::none,
            "binarize: " + std::string(to_string(config.binarize)) +
                " needs likelihood bernoulli; with gaussian, allowed: none");
  }
}

void validate(const TrainConfig& config) {
  config::check_each(config);
  require(config.micro_batch <= config.batch, "micro_batch: " + std::to_string(config.micro_batch) +
                                                  " is more than the batch; allowed: 0 to " +
                                                  std::to_string(config.batch));
}

}  // namespace cuvae
