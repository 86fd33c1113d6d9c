// A published number beside the one that was measured, and whether the two agree.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cuvae/vae.hpp"
#include "src/cli/presets.hpp"

namespace cuvae::cli {

// What was trained, however it came about: in one call or several, by whatever flags.
struct TrainedSchedule {
  std::string scale;  // of the published one, as 1/100; empty: all of it
  std::int64_t steps = 0, steps_per_epoch = 1;
  bool stopped_early = false;  // by the recipe's own patience
};

struct Reproduction {
  const Preset& preset;
  TrainedSchedule trained;
  bool on_published_data = true;
  std::string checkpoint{};  // that was evaluated
  std::uint64_t seed = 0;
  Evaluation result{};

  // Whether all of the published schedule was run and nothing beyond it. A recipe that says when to stop is
  // whole where it stopped.
  [[nodiscard]] bool is_whole() const;
  [[nodiscard]] std::string schedule() const;  // for people
  [[nodiscard]] double measured() const { return -result.iwae.value; }
  // Within the tolerance; none where it is not judged.
  [[nodiscard]] std::optional<bool> is_met() const;
  [[nodiscard]] std::string verdict() const;

  [[nodiscard]] std::string as_table() const;
  [[nodiscard]] std::string as_json() const;  // one line

 private:
  [[nodiscard]] std::string why_not_judged() const;  // empty: it is
};

}  // namespace cuvae::cli
