// What `cuvae train` says before and after training.
#pragma once

#include <string>

#include "cuvae/dataset.hpp"
#include "cuvae/trainer.hpp"
#include "src/cli/run_directory.hpp"
#include "src/cli/run_settings.hpp"

namespace cuvae::cli {

[[nodiscard]] std::string start_table(const RunSettings& settings, const Dataset& data, const Plan& plan,
                                      const Device& device);
[[nodiscard]] std::string plan_table(const Plan& plan);
[[nodiscard]] std::string resume_note(const Trainer& trainer);
// That the last state has this flaw, and the run goes on from the one before it.
[[nodiscard]] std::string step_back_note(const std::string& flaw, const Trainer& trainer);
[[nodiscard]] std::string finished_note(const FitResult& result, const RunDirectory& directory,
                                        const RunSettings& settings);
// What continues the run in this folder.
[[nodiscard]] std::string go_on(const RunDirectory& directory);
[[nodiscard]] std::string stopped_note(const FitResult& result, const std::string& go_on);

}  // namespace cuvae::cli
