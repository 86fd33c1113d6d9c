// Everything a training run can be told, from the command line or from a file.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "src/cli/machine.hpp"
#include "src/cli/reading.hpp"
#include "src/config/schema.hpp"

namespace cuvae::cli {

struct RunSettings : config::Settings, Machine, Reading {
  std::string data = "builtin:shapes";
  std::int64_t rows = 0;  // the first so many of data; 0: all
  std::string labels;     // of the rows of data, for a conditional model; empty: none
  std::string label_kind = kByItself;
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

// None: by what the labels are. Throws Error(invalid_argument) where the text is no kind.
[[nodiscard]] std::optional<LabelKind> label_kind_of(const std::string& text);

// Throws Error(invalid_argument) where the settings contradict each other.
void validate(const RunSettings& settings);

}  // namespace cuvae::cli
