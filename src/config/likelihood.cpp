#include "src/config/likelihood.hpp"

namespace cuvae::config {

LikelihoodTraits traits_of(Likelihood likelihood) {
  switch (likelihood) {
    case Likelihood::bernoulli:
      return {"Bernoulli", DecoderOutput::logits, true};
    case Likelihood::gaussian:
      return {"Gaussian", DecoderOutput::locations, false};
    case Likelihood::continuous_bernoulli:
      return {"continuous Bernoulli", DecoderOutput::logits, true};
    case Likelihood::laplace:
      return {"Laplace", DecoderOutput::locations, false};
    case Likelihood::discretized_logistic:
      return {"discretized logistic", DecoderOutput::locations, true};
    case Likelihood::categorical:
      return {"categorical", DecoderOutput::logits, true};
  }
  return {};
}

}  // namespace cuvae::config
