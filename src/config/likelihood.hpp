// What a likelihood asks of the settings, of the data and of the decoder.
#pragma once

#include <string_view>

#include "cuvae/config.hpp"

namespace cuvae::config {

enum class DecoderOutput { logits, locations };

struct LikelihoodTraits {
  std::string_view title;  // to people
  DecoderOutput output = DecoderOutput::logits;
  bool needs_unit_interval = true;  // of the data
};

[[nodiscard]] LikelihoodTraits traits_of(Likelihood likelihood);

[[nodiscard]] inline bool has_variance(Likelihood likelihood) {
  return traits_of(likelihood).output == DecoderOutput::locations;
}
[[nodiscard]] inline bool learns_variance(const ModelConfig& config) {
  return has_variance(config.likelihood) && config.variance != Variance::fixed;
}

}  // namespace cuvae::config
