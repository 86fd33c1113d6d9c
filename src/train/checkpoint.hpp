// Models and training states as safetensors files (docs/formats.md).
#pragma once

#include <map>
#include <string>
#include <vector>

#include "cuvae/config.hpp"
#include "cuvae/dataset.hpp"
#include "cuvae/vae.hpp"
#include "kernels/ops/step_state.hpp"

namespace cuvae::train {

using Metadata = std::map<std::string, std::string>;

struct ModelFile {
  ModelConfig config;
  ImageShape image;
  std::vector<Parameter> parameters;
  Metadata metadata;
};

// What a bit-identical resume needs beside the model: everything a run's future depends on.
struct RunState {
  std::int64_t step = 0;             // updates so far, skipped ones included
  std::int64_t epochs_finished = 0;  // with their evaluation and early-stop decision
  std::int64_t step_in_epoch = 0;
  std::int64_t measured_position = 0;  // the steps of fit() after which the last evaluation was done
  std::int64_t skipped = 0, skipped_in_a_row = 0;
  ops::LossSums epoch_sums;
  double best_elbo = 0;  // of the validation rows; meaningful where best_epoch > 0
  std::int64_t best_epoch = 0;
  std::int64_t epochs_since_best = 0;
  std::uint64_t data_fingerprint = 0, validation_fingerprint = 0;
};

struct StateFile {
  ModelFile model;
  TrainConfig train;
  std::vector<Parameter> first_moments, second_moments;
  RunState run;
  std::string product_plans{};  // of the backend (Backend::product_plans); empty on the CPU
};

void write_model(const std::string& path, const ModelFile& file);
// The file that was at `path` is kept as `previous`, where that is given.
void write_state(const std::string& path, const StateFile& file, const std::string& previous = {});

// Throw Error(data) for any flaw, naming the file, the tensor and the mend. read_model takes a state too.
[[nodiscard]] ModelFile read_model(const std::string& path);
[[nodiscard]] StateFile read_state(const std::string& path);

// Throws Error(data), naming the first difference, unless the state belongs to a run of this configuration.
// The patience may change, and the length of a run (epochs, max_steps) but for a cosine schedule, which
// depends on it.
void require_same_run(const std::string& path, const StateFile& file, const ModelConfig& model,
                      const TrainConfig& train);

}  // namespace cuvae::train
