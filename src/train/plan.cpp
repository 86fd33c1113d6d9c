#include <algorithm>
#include <memory>

#include "cuvae/trainer.hpp"
#include "src/model/network.hpp"
#include "src/model/parameters.hpp"
#include "src/train/fit.hpp"
#include "src/train/memory.hpp"
#include "src/train/schedule.hpp"

namespace cuvae {
namespace {

// The phases depend on the depth of a model, not on its widths: a narrow twin tells them for nothing.
std::vector<std::string> phase_names(ModelConfig config, const TrainConfig& train) {
  config.data_dim = config.latent = config.prior_components = 1;
  config.top_latent = std::min(config.top_latent, 1);
  std::fill(config.top_hidden.begin(), config.top_hidden.end(), 1);
  std::fill(config.encoder_hidden.begin(), config.encoder_hidden.end(), 1);
  std::fill(config.decoder_hidden.begin(), config.decoder_hidden.end(), 1);
  const std::unique_ptr<Backend> backend = make_backend(Device::cpu(1));
  const model::Layout layout(config);
  const model::Parameters parameters(*backend, layout, model::Arenas::training);
  model::Network network(*backend, config, layout, parameters, 1, model::Use::training,
                         model::sampling_of(train));
  std::vector<std::string> names{"pick the batch's rows"};
  for (const auto& part :
       {network.load_phases(), network.encode_phases(), network.sample_phases(), network.decode_phases(),
        network.loss_phases(), network.backward_phases(GradientMode::overwrite)}) {
    for (const model::Phase& phase : part) names.push_back(phase.name);
  }
  names.insert(names.end(), {"gradient norm and finite check; the step counts", "optimizer"});
  return names;
}

// Of matrix products on a GPU, at most (Resources::workspace_bytes).
constexpr std::int64_t kScratch = std::int64_t{64} << 20;

Plan plan_of(const ModelConfig& model_config, const TrainConfig& train_config, const Dataset& data,
             const Dataset* validation, Device::Kind on) {
  validate(model_config, train_config);
  model::require_data_dim(model_config);
  train::require_trainable(model_config, train_config, data, validation);
  const model::Layout layout(model_config);
  const train::Schedule schedule(train_config, train::split_rows(train_config, data).training);
  Plan plan;
  plan.parameters = layout.parameter_count();
  plan.steps_per_epoch = schedule.steps_per_epoch();
  plan.total_steps = schedule.total_steps();
  plan.memory = train::memory_of_training(model_config, train_config, on);
  if (on == Device::Kind::cuda) plan.memory.push_back({"scratch of matrix products", kScratch});
  plan.memory.push_back({"data (" + data.description() + ")", static_cast<std::int64_t>(data.bytes())});
  plan.memory.push_back({"step table", schedule.passes_before(schedule.steps_per_epoch()) *
                                           static_cast<std::int64_t>(sizeof(ops::PassPlan))});
  plan.phases = phase_names(model_config, train_config);
  return plan;
}

}  // namespace

Plan Trainer::plan(const ModelConfig& model, const TrainConfig& train, const Dataset& data, Device::Kind on) {
  return plan_of(model, train, data, nullptr, on);
}

Plan Trainer::plan(const ModelConfig& model, const TrainConfig& train, const Dataset& data,
                   const Dataset& validation, Device::Kind on) {
  return plan_of(model, train, data, &validation, on);
}

}  // namespace cuvae
