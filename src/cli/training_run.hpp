// A training run on disk: what is saved, when, and in which order.
#pragma once

#include <map>
#include <string>

#include "cuvae/dataset.hpp"
#include "cuvae/trainer.hpp"
#include "src/cli/metrics.hpp"
#include "src/cli/progress.hpp"
#include "src/cli/run_curves.hpp"
#include "src/cli/run_directory.hpp"
#include "src/cli/run_settings.hpp"

namespace cuvae::cli {

// Keys of a model's metadata.
inline constexpr const char* kPresetNote = "preset";
inline constexpr const char* kPresetScaleNote = "preset_scale";

class TrainingRun {
 public:
  // Throws Error(invalid_argument) for settings that a file cannot hold.
  TrainingRun(Trainer& trainer, RunDirectory& directory, const RunSettings& settings, const Dataset& data,
              const Dataset& pictured, Stream epochs);

  // The callback of Trainer::fit. Nothing is written before its first call: until then the data may be
  // refused.
  Control on_progress(const Progress& progress);
  // Saves what the last event did not.
  void finish();

 private:
  void show(const Progress& progress);
  void begin();
  void finish_epoch(const EpochMetrics& metrics);
  void save();
  void save_state();
  void draw_pictures();
  void draw_run(const EpochMetrics& metrics);
  [[nodiscard]] std::map<std::string, std::string> metadata() const;

  Trainer& trainer_;
  RunDirectory& directory_;
  RunSettings settings_;
  std::string config_text_;
  Dataset pictured_;  // the rows that are shown reconstructed
  std::map<std::string, std::string> provenance_;
  MetricsFile metrics_;
  RunCurves curves_;
  ProgressDisplay display_;
  bool last_is_sound_;  // the state that was saved last, if any
  bool begun_ = false;
  std::int64_t saved_step_ = -1;
  std::int64_t seen_step_;  // the last one told
};

}  // namespace cuvae::cli
