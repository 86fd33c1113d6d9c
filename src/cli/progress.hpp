// How training shows itself: a line that is redrawn on a terminal, plain lines elsewhere.
#pragma once

#include <chrono>
#include <string>

#include "cuvae/trainer.hpp"
#include "src/cli/live_line.hpp"
#include "src/cli/output.hpp"

namespace cuvae::cli {

class ProgressDisplay {
 public:
  // `epochs`: where the line of each finished epoch goes.
  ProgressDisplay(Terminal terminal, Stream epochs);
  void show(const Progress& progress);

 private:
  using Clock = std::chrono::steady_clock;
  void step(const Progress& progress);
  void epoch(const EpochMetrics& metrics, const Progress& progress);

  Terminal terminal_;
  Stream epochs_;
  Clock::time_point shown_;
  LiveLine line_;
};

// "epoch 3/10 [=====>    ]  52%  elbo -107.3  81234 rows/s  0:42 left", at most as wide as the terminal.
[[nodiscard]] std::string live_line(const Progress& progress, const Terminal& terminal);

}  // namespace cuvae::cli
