// metrics.jsonl: one JSON object per line and epoch.
#pragma once

#include <cstdint>
#include <string>

#include "cuvae/trainer.hpp"

namespace cuvae::cli {

[[nodiscard]] std::string metrics_line(const EpochMetrics& metrics);

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
