// metrics.jsonl: one JSON object per line and epoch.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cuvae/trainer.hpp"

namespace cuvae::cli {

[[nodiscard]] std::string metrics_line(const EpochMetrics& metrics);

struct ActiveUnits {
  std::int64_t of_z = 0;
  std::optional<std::int64_t> of_top{};  // of a second stochastic layer
};
// What the line written after this step says; none where there is no such line.
[[nodiscard]] std::optional<ActiveUnits> active_units_at(const std::string& path, std::int64_t step);

// What one line says about the ELBO; NaN where a number is null.
struct EpochElbo {
  std::int32_t epoch = 0;
  Elbo train;
  std::optional<Elbo> validation;
};

// In the order of the epochs, each as its last line says. What is no line of a run, as one that was cut
// short, is passed over. Throws Error(data) where the file cannot be read.
[[nodiscard]] std::vector<EpochElbo> read_metrics(const std::string& path);
// Takes the place of what is there for this epoch and later ones.
void add_epoch(std::vector<EpochElbo>& epochs, const EpochElbo& epoch);

class MetricsFile {
 public:
  // The file may hold lines of an earlier part of the run, of which those up to epochs_done count.
  MetricsFile(std::string path, std::int32_t epochs_done);
  // Drops, before the first line, those that do not count. Throws Error(io).
  void append(const EpochMetrics& metrics);

 private:
  void drop_later_lines() const;

  std::string path_;
  std::int32_t epochs_done_;
  bool clean_ = false;
};

}  // namespace cuvae::cli
