// What to take where a checkpoint is damaged.
#pragma once

#include <string>

#include "cuvae/vae.hpp"
#include "src/cli/run_directory.hpp"

namespace cuvae::cli {

// Vae::load, whose Error(data) names the checkpoints in the same folder that are sound.
[[nodiscard]] Vae load_checkpoint(const std::string& path, const Device& device);

struct LastState {
  std::string file;
  std::string flaw;  // of the one after it, which cannot be read; empty: there is none
};
// The last state of a run that can be read, whether or not it is one to go on with. Throws Error(data).
[[nodiscard]] LastState last_state(const RunDirectory& directory);

}  // namespace cuvae::cli
