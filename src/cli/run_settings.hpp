// Everything a training run can be told, from the command line or from a file.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>

#include "src/cli/machine.hpp"
#include "src/cli/reading.hpp"
#include "src/config/names.hpp"
#include "src/config/schema.hpp"

namespace cuvae::cli {

// How labels are read: by their type, as classes, as numbers.
enum class Labelling { by_type, one_hot, real };

struct RunSettings : config::Settings, Machine, Reading {
  std::string data = "builtin:shapes";
  std::int64_t rows = 0;  // the first so many of data; 0: all
  std::string labels;     // of the rows of data, for a conditional model; empty: none
  Labelling label_kind = Labelling::by_type;
  std::string validation;  // empty: none
  std::string validation_labels;
  std::string preset;           // the name of what the settings began as; empty: none
  std::string preset_scale;     // of its schedule, as 1/100; empty: all of it
  std::string out;              // empty: a new folder in runs/
  std::int64_t save_every = 0;  // steps; 0: each epoch only
};

using RunKey = config::BasicKey<RunSettings>;
inline constexpr const char* kDataKey = "data";
inline constexpr const char* kOutKey = "out";

[[nodiscard]] std::span<const RunKey> run_keys();

[[nodiscard]] std::optional<LabelKind> kind_of(Labelling labelling);

// Throws Error(invalid_argument) where the settings contradict each other.
void validate(const RunSettings& settings);

}  // namespace cuvae::cli

template <>
inline constexpr std::array cuvae::config::kNames<cuvae::cli::Labelling>{
    Name{cli::Labelling::by_type, cli::kByItself},
    Name{cli::Labelling::one_hot, "one-hot"},
    Name{cli::Labelling::real, "real"},
};
