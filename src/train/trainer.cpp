#include "cuvae/trainer.hpp"

#include <algorithm>
#include <cmath>

#include "cuvae/error.hpp"
#include "src/config/text.hpp"
#include "src/model/initialize.hpp"
#include "src/train/trainer_impl.hpp"
#include "src/train/vae_impl.hpp"

namespace cuvae {
namespace {

// Updates in a row that may be skipped before training gives up.
constexpr std::int32_t kPatienceWithNonFinite = 3;

ModelConfig validated(const ModelConfig& config) {
  validate(config);
  cuvae::model::require_data_dim(config);
  return config;
}

TrainConfig validated(const TrainConfig& config) {
  validate(config);
  return config;
}

std::string likely_cause(const ModelConfig& model, const TrainConfig& train) {
  std::string cause =
      "Likely cause: the learning rate (" + config::format(train.learning_rate) + ") is too high";
  if (model.likelihood == Likelihood::gaussian)
    cause += ", or the data is far from unit scale (standardise it)";
  return cause + ".";
}

}  // namespace

Trainer::Impl::Impl(const ModelConfig& model_config, const TrainConfig& train_config, const Device& wanted)
    : model(validated(model_config)),
      train(validated(train_config)),
      backend(make_backend(wanted)),
      device(backend->device()),
      layout(model),
      parameters(*backend, layout, cuvae::model::Arenas::training),
      pass_rows(train::Schedule(train, train.batch).pass_rows()),
      network(*backend, model, layout, parameters, pass_rows, cuvae::model::Use::training),
      first_backward(network.backward_phases(GradientMode::overwrite)),
      next_backward(network.backward_phases(GradientMode::accumulate)),
      passes_per_step(train::Schedule(train, train.batch).passes_per_step()) {
  for (const auto& part : {network.load_phases(), network.encode_phases(), network.sample_phases(),
                           network.decode_phases(), network.loss_phases()}) {
    forward.insert(forward.end(), part.begin(), part.end());
  }
  network.input().binarize = model.binarize;
  network.input().binarize_noise = {train.seed, ops::Purpose::binarize, 0};
  network.input().latent_noise = {train.seed, ops::Purpose::latent, 0};
  parameters.upload(parameters.arenas().parameters,
                    cuvae::model::initial_parameters(layout, model, train.seed));
}

void Trainer::Impl::run_step(train::Feed* feed, const ops::RowOrder& order, const ops::PassPlan* table) {
  const PassContext pass = network.pass();
  for (std::int64_t i = 0; i < passes_per_step; ++i) {
    backend->begin_pass(pass, table);
    backend->pick_rows(pass, order, pass_rows);
    if (feed != nullptr) feed->stage(network, pass_rows);
    for (const auto& phase : forward) phase.run();
    backend->add_losses(pass, network.row_nll(), network.row_kl(), pass_rows);
    for (const auto& phase : i == 0 ? first_backward : next_backward) phase.run();
  }
  backend->judge_gradient(pass, parameters.arenas(), train.clip_norm);
  backend->update(pass, parameters.arenas(), train);
  backend->advance_step(pass);
  state = network.state();
}

void Trainer::Impl::require_finite() {
  if (state.skipped_in_a_row < kPatienceWithNonFinite) return;
  std::string tensor = network.first_non_finite();
  if (tensor.empty()) tensor = "the sum of squared gradients (it overflows)";
  throw Error(Errc::numerics, "step " + std::to_string(state.step) + ": " +
                                  std::to_string(state.skipped_in_a_row) +
                                  " updates in a row were not finite; the weights are those before them" +
                                  "\nFirst bad tensor: " + tensor + "\n" + likely_cause(model, train) +
                                  "\nTry a lower --lr, --clip-norm 1, or a --kl-warmup.");
}

std::vector<Parameter> Trainer::Impl::download(const float* arena) const {
  return layout.to_parameters(parameters.download(arena));
}

train::ModelFile Trainer::Impl::model_file(const train::Metadata& extra) const {
  return {model, image, download(parameters.arenas().parameters), extra};
}

Trainer::Trainer(const ModelConfig& model, const TrainConfig& train, const Device& device)
    : impl_(std::make_unique<Impl>(model, train, device)) {}
Trainer::Trainer(Trainer&&) noexcept = default;
Trainer& Trainer::operator=(Trainer&&) noexcept = default;
Trainer::~Trainer() = default;

const ModelConfig& Trainer::model_config() const noexcept { return impl_->model; }
const TrainConfig& Trainer::train_config() const noexcept { return impl_->train; }
const Device& Trainer::device() const noexcept { return impl_->device; }
std::int64_t Trainer::steps_done() const noexcept { return impl_->state.step; }
std::int32_t Trainer::epochs_done() const noexcept {
  return static_cast<std::int32_t>(impl_->run.epochs_finished);
}

FitResult Trainer::fit(const Dataset& train, const std::function<Control(const Progress&)>& callback) {
  return train::Fit(*impl_, train, nullptr, callback).run();
}

FitResult Trainer::fit(const Dataset& train, const Dataset& validation,
                       const std::function<Control(const Progress&)>& callback) {
  return train::Fit(*impl_, train, &validation, callback).run();
}

Elbo Trainer::step(std::span<const float> rows) {
  Impl& t = *impl_;
  const std::int32_t cols = t.model.data_dim;
  const std::int64_t count = static_cast<std::int64_t>(rows.size()) / cols;
  if (rows.empty() || rows.size() % static_cast<std::size_t>(cols) != 0 || count > t.train.batch) {
    throw Error(Errc::invalid_argument, "step: " + std::to_string(rows.size()) + " values are not 1 to " +
                                            std::to_string(t.train.batch) + " rows of " +
                                            std::to_string(cols));
  }
  const auto row_bytes = static_cast<std::int64_t>(sizeof(float)) * cols;
  if (!t.step_rows) {
    t.step_rows = t.backend->allocate(t.train.batch * row_bytes);
    t.step_table = t.backend->allocate(t.passes_per_step * static_cast<std::int64_t>(sizeof(ops::PassPlan)));
  }
  TrainConfig constant = t.train;
  constant.schedule = {};
  constant.kl_warmup = 0;
  const std::vector<ops::PassPlan> passes = train::Schedule(constant, count).step(0, t.state.step);
  t.backend->upload(t.step_rows.get(), rows.data(), count * row_bytes);
  t.backend->upload(t.step_table.get(), passes.data(),
                    static_cast<std::int64_t>(passes.size() * sizeof(passes[0])));
  t.network.input().source = {t.step_rows.get(), RowSource::Type::f32, cols, 1.0f};
  t.network.input().gather = Backend::Gather::by_row_id;

  const ops::LossSums before = t.state.epoch_sums;
  t.state.passes = 0;
  t.network.set_state(t.state);
  t.run_step(nullptr, {.total_rows = count, .rows = count},
             reinterpret_cast<ops::PassPlan*>(t.step_table.get()));
  t.require_finite();
  const ops::LossSums& after = t.state.epoch_sums;
  return train::mean_elbo(after.nll - before.nll, after.kl - before.kl, count);
}

Vae Trainer::model() const {
  auto impl = std::make_unique<Vae::Impl>(impl_->model, impl_->device);
  impl->parameters.upload(impl->parameters.arenas().parameters,
                          impl_->parameters.download(impl_->parameters.arenas().parameters));
  impl->image = impl_->image;
  return Vae(std::move(impl));
}

void Trainer::save_model(const std::string& path, const std::map<std::string, std::string>& metadata) const {
  train::write_model(path, impl_->model_file(metadata));
}

void Trainer::save_state(const std::string& path, const std::map<std::string, std::string>& metadata) const {
  const Impl& t = *impl_;
  train::StateFile file{t.model_file(metadata), t.train, t.download(t.parameters.arenas().first_moments),
                        t.download(t.parameters.arenas().second_moments), t.run};
  file.run.step = t.state.step;
  file.run.skipped = t.state.skipped;
  file.run.skipped_in_a_row = t.state.skipped_in_a_row;
  file.run.epoch_sums = t.state.epoch_sums;
  train::write_state(path, file);
}

void Trainer::load_state(const std::string& path) {
  Impl& t = *impl_;
  const train::StateFile file = train::read_state(path);
  train::require_same_run(path, file, t.model, t.train);
  const ParameterArenas& arenas = t.parameters.arenas();
  t.parameters.upload(arenas.parameters, t.layout.from_parameters(file.model.parameters));
  t.parameters.upload(arenas.first_moments, t.layout.from_parameters(file.first_moments));
  t.parameters.upload(arenas.second_moments, t.layout.from_parameters(file.second_moments));
  t.run = file.run;
  t.image = file.model.image;
  t.state = {};
  t.state.step = file.run.step;
  t.state.skipped = file.run.skipped;
  t.state.skipped_in_a_row = static_cast<std::int32_t>(file.run.skipped_in_a_row);
  t.state.epoch_sums = file.run.epoch_sums;
}

}  // namespace cuvae
