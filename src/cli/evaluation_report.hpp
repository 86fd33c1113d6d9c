// An evaluation as people and programs read it.
#pragma once

#include <string>

#include "cuvae/vae.hpp"
#include "src/cli/model_use.hpp"

namespace cuvae::cli {

struct EvaluationReport {
  const ModelUse& use;
  Binarize binarize;
  const Evaluation& result;

  [[nodiscard]] std::string as_json() const;
  [[nodiscard]] std::string as_table() const;
};

// "19 of 50"; with a second stochastic layer "16 + 5 of 100 + 50".
[[nodiscard]] std::string active_units_text(const Evaluation& result);

}  // namespace cuvae::cli
