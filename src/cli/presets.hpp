// Recipes of papers by name: the settings of a run, and the number that it is known for.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "cuvae/dataset.hpp"
#include "src/cli/config_file.hpp"
#include "src/cli/run_settings.hpp"

namespace cuvae::cli {

struct Preset {
  std::string name;
  std::string source;   // of recipe and number
  std::string differs;  // what of the recipe is not done as published; empty: nothing that is known
  std::int32_t cols = 0;
  std::int64_t train_rows = 0, test_rows = 0;  // as published
  std::vector<std::pair<std::string, std::string>> settings;
  std::int32_t samples = 1;  // K of its evaluation
  double nll = 0;            // published, -L_K in nats per row of the test data
  std::optional<double>
      tolerance;  // within which a run counts as reproduced; none: honest runs scatter too far
};

[[nodiscard]] std::span<const Preset> presets();

// Throws Error(invalid_argument): what was given, what there is, what was meant.
[[nodiscard]] const Preset& find_preset(const std::string& name);

[[nodiscard]] std::vector<Given> settings_of(const Preset& preset);

// Throws Error(data) where rows are not as wide as those of the recipe.
void require_shape(const Preset& preset, const Dataset& data);

// How much of a schedule is run: 1/100, 0.01. Throws Error(invalid_argument).
[[nodiscard]] double parse_scale(const std::string& text);
// The schedule in proportion: epochs, and the epochs after which something changes. What falls before the
// first epoch is there from the start. "33 epochs in place of 3280".
std::string shorten(TrainConfig& train, double scale);

}  // namespace cuvae::cli
