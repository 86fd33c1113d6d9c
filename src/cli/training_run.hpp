// A training run on disk: what is saved, when, and in which order.
#pragma once

#include <map>
#include <string>

#include "cuvae/dataset.hpp"
#include "cuvae/trainer.hpp"
#include "src/cli/metrics.hpp"
#include "src/cli/progress.hpp"
#include "src/cli/run_directory.hpp"
#include "src/cli/run_settings.hpp"

namespace cuvae::cli {

class TrainingRun {
 public:
  TrainingRun(Trainer& trainer, RunDirectory& directory, const RunSettings& settings, const Dataset& data);

  // The callback of Trainer::fit.
  Control on_progress(const Progress& progress);
  // Saves what the last event did not.
  void finish();

 private:
  void finish_epoch(const EpochMetrics& metrics);
  void save();
  void draw_pictures();

  Trainer& trainer_;
  RunDirectory& directory_;
  std::int64_t save_every_;
  std::uint64_t seed_;
  Dataset pictured_;  // the rows that are shown reconstructed
  std::map<std::string, std::string> provenance_;
  MetricsFile metrics_;
  ProgressDisplay display_;
  std::int64_t saved_step_ = -1;
};

}  // namespace cuvae::cli
