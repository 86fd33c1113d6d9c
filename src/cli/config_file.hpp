// The settings of a run in TOML.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "src/cli/run_settings.hpp"

namespace cuvae::cli {

// A setting somebody wrote down, and where, for messages: "--lr" or "run.toml:3:6: lr".
struct Given {
  std::string key;
  std::string text;
  std::string where;
};

// Throws Error(data) for a file that cannot be read; Error(invalid_argument) with file, line and column for
// TOML that is none, unknown or duplicate keys, values of the wrong type.
[[nodiscard]] std::vector<Given> read_config_file(const std::filesystem::path& path);

// In the order of the keys, not of the words: a shorthand never undoes what is more specific. Throws
// Error(invalid_argument), which begins with where the setting stands.
void apply_settings(const std::vector<Given>& given, RunSettings& settings);

// All settings but `out`, so that the same file starts the same run elsewhere.
[[nodiscard]] std::string config_file_text(const RunSettings& settings);

}  // namespace cuvae::cli
