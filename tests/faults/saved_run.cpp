#include "faults/saved_run.hpp"

#include <algorithm>
#include <string>

#include "cuvae/error.hpp"
#include "src/cli/checkpoints.hpp"
#include "src/model/layout.hpp"
#include "src/train/checkpoint.hpp"

namespace cuvae::test {
namespace {

using cli::RunDirectory;

// Some of the weights are longer than a buffer, so that there are several writes.
ModelConfig model_config() {
  ModelConfig config;
  config.data_dim = 140;
  config.encoder_hidden = {128, 128, 128};
  config.decoder_hidden = {128, 128};
  config.latent = 4;
  return config;
}

std::vector<Parameter> parameters(std::int64_t step) {
  std::vector<Parameter> all;
  const model::Layout layout(model_config());
  for (const model::Tensor& tensor : layout.tensors()) {
    Parameter p{tensor.name, tensor.shape(), {}};
    std::int64_t count = 1;
    for (const std::int64_t extent : p.shape) count *= extent;
    p.values.assign(static_cast<std::size_t>(count), static_cast<float>(step));
    all.push_back(std::move(p));
  }
  return all;
}

void require_step(const std::string& file, const std::vector<Parameter>& parameters, std::int64_t step) {
  for (const Parameter& p : parameters) {
    const bool same = std::ranges::all_of(p.values, [&](float v) { return v == static_cast<float>(step); });
    if (!same) throw Error(Errc::data, file + ": " + p.name + " is not of step " + std::to_string(step));
  }
}

}  // namespace

void save_checkpoint(const std::filesystem::path& folder, std::int64_t step) {
  train::StateFile state;
  state.model = {model_config(), {}, parameters(step), {{"steps", std::to_string(step)}}};
  state.first_moments = state.second_moments = state.model.parameters;
  state.run.step = step;
  train::write_model((folder / RunDirectory::kModel).string(), state.model);
  train::write_state((folder / RunDirectory::kState).string(), state,
                     (folder / RunDirectory::kPreviousState).string());
}

std::int64_t step_of_model(const std::filesystem::path& file) {
  const train::ModelFile model = train::read_model(file.string());
  const std::int64_t step = std::stol(model.metadata.at("steps"));
  require_step(file.string(), model.parameters, step);
  return step;
}

std::int64_t step_of_state(const std::filesystem::path& file) {
  const train::StateFile state = train::read_state(file.string());
  for (const auto* values : {&state.model.parameters, &state.first_moments, &state.second_moments})
    require_step(file.string(), *values, state.run.step);
  return state.run.step;
}

std::int64_t step_to_resume(const std::filesystem::path& folder) {
  return step_of_state(cli::last_state(RunDirectory(folder, RunDirectory::Start::resume)).file);
}

}  // namespace cuvae::test
