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

// A file of the data that a recipe is made for.
struct PublishedData {
  std::string name;  // of what is in it
  std::int64_t rows = 0;
  std::uint64_t fingerprint = 0;
};

struct Preset {
  std::string name;
  std::string source;   // of recipe and number
  std::string differs;  // what of the recipe is not done as published; empty: nothing that is known
  std::int32_t cols = 0;
  PublishedData train, test;
  std::vector<std::pair<std::string, std::string>> settings;
  std::int32_t samples = 1;         // K of its evaluation
  double nll = 0;                   // published, -L_K in nats per row of the test data
  std::optional<double> tolerance;  // within which a run counts as reproduced
  std::string why_no_tolerance = "none is stated for this number";
};

[[nodiscard]] std::span<const Preset> presets();

// Throws Error(invalid_argument): what was given, what there is, what was meant.
[[nodiscard]] const Preset& find_preset(const std::string& name);

[[nodiscard]] std::vector<Given> settings_of(const Preset& preset);
// What they make of the defaults.
[[nodiscard]] TrainConfig published_training(const Preset& preset);

// Throws Error(data) where rows are not as many and as wide as those of the recipe.
void require_shape(const Preset& preset, const PublishedData& published, const Dataset& data);

// How much of a schedule is run: 1/100, 0.01. Throws Error(invalid_argument), which starts with the text in
// quotes.
[[nodiscard]] double parse_preset_scale(const std::string& text);
[[nodiscard]] bool is_preset_scale(const std::string& text);
// The schedule in proportion: epochs, and the epochs after which something changes. What falls before the
// first epoch is there from the start.
void shorten(TrainConfig& train, double scale);

}  // namespace cuvae::cli
