// The curves of training runs: ELBO, reconstruction and KL over epochs.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "src/cli/metrics.hpp"

namespace cuvae::cli {

struct RunCurves {
  std::string name;
  std::vector<EpochElbo> epochs;  // at least one
};

// "runs/first" for "runs/first/" and for "runs/first/metrics.jsonl".
[[nodiscard]] std::string run_name(const std::filesystem::path& folder_or_metrics);

inline constexpr std::size_t kMostRuns = 8;  // so many colours are told apart

// One run, or up to kMostRuns over each other, as PNG. Throws Error(io).
void draw_curves(const std::string& path, std::span<const RunCurves> runs);

}  // namespace cuvae::cli
