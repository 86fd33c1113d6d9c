#include "cuvae/trainer.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

#include "cuvae/error.hpp"
#include "kernels/ops/binarize.hpp"
#include "src/config/text.hpp"
#include "src/model/initialize.hpp"
#include "src/train/fit.hpp"
#include "src/train/trainer_impl.hpp"
#include "src/train/vae_impl.hpp"

namespace cuvae {
namespace {

// Updates in a row that may be skipped before training gives up.
constexpr std::int64_t kPatienceWithNonFinite = 3;

ModelConfig validated(const ModelConfig& config) {
  validate(config);
  model::require_data_dim(config);
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

void require_no_fit(const Trainer::Impl& trainer, const char* call) {
  if (trainer.fitting)
    throw Error(Errc::invalid_argument,
                std::string(call) + ": fit() is under way; let its callback return Control::stop first");
}

FitResult fit_on(Trainer::Impl& trainer, const Dataset& data, const Dataset* validation,
                 const Trainer::Impl::Callback& callback) {
  require_no_fit(trainer, "fit");
  trainer.check_data(data, validation);
  struct Mark {
    bool& fitting;
    explicit Mark(bool& flag) : fitting(flag) { fitting = true; }
    ~Mark() { fitting = false; }
    Mark(const Mark&) = delete;
    Mark& operator=(const Mark&) = delete;
  } const mark(trainer.fitting);
  return train::Fit(trainer, data, validation, callback).run();
}

// What Dataset and fit() would refuse.
void require_values(const ModelConfig& config, std::span<const float> rows) {
  const bool unit_interval =
      config.likelihood == Likelihood::bernoulli && config.binarize != Binarize::threshold;
  const float low = unit_interval ? 0.0f : std::numeric_limits<float>::lowest();
  const float high = unit_interval ? 1.0f : std::numeric_limits<float>::max();
  const auto bad = std::ranges::find_if(rows, [&](float value) { return !(value >= low && value <= high); });
  if (bad == rows.end()) return;
  const auto index = bad - rows.begin();
  throw Error(Errc::data, "step: row " + std::to_string(index / config.data_dim) + ", column " +
                              std::to_string(index % config.data_dim) + " (from 0) is " +
                              std::to_string(*bad) +
                              (unit_interval ? ", but the Bernoulli likelihood needs values in [0, 1]"
                                             : ", which is not finite"));
}

}  // namespace

Trainer::Impl::Impl(const ModelConfig& model, const TrainConfig& train, const Device& wanted)
    : model_config(validated(model)),
      train_config(validated(train)),
      backend(make_backend(wanted)),
      device(backend->device()),
      layout(model_config),
      parameters(*backend, layout, model::Arenas::training),
      pass_rows(train::pass_rows(train_config)),
      network(*backend, model_config, layout, parameters, pass_rows, model::Use::training),
      first_backward(network.backward_phases(GradientMode::overwrite)),
      next_backward(network.backward_phases(GradientMode::accumulate)) {
  for (const auto& part : {network.load_phases(), network.encode_phases(), network.sample_phases(),
                           network.decode_phases(), network.loss_phases()}) {
    forward.insert(forward.end(), part.begin(), part.end());
  }
  network.input().binarize = model_config.binarize;
  network.input().binarize_noise = {train_config.seed, ops::Purpose::binarize, 0};
  network.input().latent_noise = {train_config.seed, ops::Purpose::latent, 0};
  parameters.upload(parameters.arenas().parameters,
                    model::initial_parameters(layout, model_config, train_config.seed));
}

void Trainer::Impl::run_step(train::Feed* feed, const ops::RowOrder& order, const ops::PassPlan* table,
                             std::int64_t passes) {
  const PassContext pass = network.pass();
  for (std::int64_t i = 0; i < passes; ++i) {
    backend->begin_pass(pass, table);
    backend->pick_rows(pass, order, pass_rows);
    if (feed != nullptr) feed->stage(network, pass_rows);
    for (const auto& phase : forward) phase.run();
    backend->add_losses(pass, network.row_nll(), network.row_kl(), pass_rows);
    for (const auto& phase : i == 0 ? first_backward : next_backward) phase.run();
  }
  backend->judge_gradient(pass, parameters.arenas(), train_config.clip_norm);
  backend->update(pass, parameters.arenas(), train_config);
  backend->advance_step(pass);
  state = network.state();
}

void Trainer::Impl::require_finite_updates() const {
  if (state.skipped_in_a_row < kPatienceWithNonFinite) return;
  diverged(std::to_string(state.skipped_in_a_row) +
           " updates in a row were not finite; the weights are those before them");
}

void Trainer::Impl::require_finite_weights() const {
  if (!network.non_finite_parameter().empty()) diverged("the last update made the weights overflow");
}

void Trainer::Impl::diverged(const std::string& how) const {
  std::string tensor = network.first_non_finite();
  if (tensor.empty()) {
    const bool of_loss = !std::isfinite(state.last.nll) || !std::isfinite(state.last.kl);
    tensor = of_loss ? "the loss of an earlier pass of the batch"
                     : "the gradient (the square of its norm of " +
                           config::format(std::sqrt(state.gradient_square)) + " overflows)";
  }
  throw Error(Errc::numerics, "step " + std::to_string(state.step) + ": " + how + "\nFirst bad tensor: " +
                                  tensor + "\n" + likely_cause(model_config, train_config) +
                                  "\nTry a lower --lr, --clip-norm 1, or a --kl-warmup.");
}

std::vector<Parameter> Trainer::Impl::download(const float* arena) const {
  return layout.to_parameters(parameters.download(arena));
}

train::ModelFile Trainer::Impl::model_file(const train::Metadata& extra) const {
  require_finite_weights();
  return {model_config, image, download(parameters.arenas().parameters), extra};
}

void Trainer::Impl::check_data(const Dataset& data, const Dataset* validation) const {
  const std::uint64_t second = validation == nullptr ? 0 : validation->fingerprint();
  const bool started = run.data_fingerprint != 0;
  if (started && (run.data_fingerprint != data.fingerprint() || run.validation_fingerprint != second)) {
    const bool same_training = run.data_fingerprint == data.fingerprint();
    throw Error(Errc::data, (same_training && validation != nullptr ? validation->source() : data.source()) +
                                ": not the data this run was started on (its fingerprint differs)" +
                                "\nResume with the same data, or start afresh in another --out.");
  }
  train::require_trainable(model_config, train_config, data, validation);
}

void Trainer::Impl::adopt_data(const Dataset& data, const Dataset* validation) {
  run.data_fingerprint = data.fingerprint();
  run.validation_fingerprint = validation == nullptr ? 0 : validation->fingerprint();
  image = data.image();
}

void Trainer::Impl::set_output_bias(const Dataset& data, const ops::RowOrder& order) {
  std::vector<double> means(static_cast<std::size_t>(data.cols()));
  std::vector<float> row(means.size());
  const bool threshold = model_config.binarize == Binarize::threshold;
  for (std::int64_t i = 0; i < order.rows; ++i) {
    data.read_row(order.row(i, 0), row);
    for (std::size_t col = 0; col < row.size(); ++col) {
      const float value = threshold ? ops::BinarizeThreshold{}({row[col]}).out[0] : row[col];
      means[col] += static_cast<double>(value);
    }
  }
  for (double& mean : means) mean /= static_cast<double>(order.rows);
  std::vector<float> values = parameters.download(parameters.arenas().parameters);
  model::set_output_bias(values, layout, model_config.likelihood, means);
  parameters.upload(parameters.arenas().parameters, values);
}

Trainer::Trainer(const ModelConfig& model, const TrainConfig& train, const Device& device)
    : impl_(std::make_unique<Impl>(model, train, device)) {}
Trainer::Trainer(Trainer&&) noexcept = default;
Trainer& Trainer::operator=(Trainer&&) noexcept = default;
Trainer::~Trainer() = default;

const ModelConfig& Trainer::model_config() const noexcept { return impl_->model_config; }
const TrainConfig& Trainer::train_config() const noexcept { return impl_->train_config; }
const Device& Trainer::device() const noexcept { return impl_->device; }
std::int64_t Trainer::steps_done() const noexcept { return impl_->state.step; }
std::int32_t Trainer::epochs_done() const noexcept {
  return static_cast<std::int32_t>(impl_->run.epochs_finished);
}

FitResult Trainer::fit(const Dataset& train, const std::function<Control(const Progress&)>& callback) {
  return fit_on(*impl_, train, nullptr, callback);
}

FitResult Trainer::fit(const Dataset& train, const Dataset& validation,
                       const std::function<Control(const Progress&)>& callback) {
  return fit_on(*impl_, train, &validation, callback);
}

Elbo Trainer::step(std::span<const float> rows) {
  Impl& t = *impl_;
  require_no_fit(t, "step");
  const TrainConfig& config = t.train_config;
  const std::int32_t cols = t.model_config.data_dim;
  const std::int64_t count = static_cast<std::int64_t>(rows.size()) / cols;
  if (rows.empty() || rows.size() % static_cast<std::size_t>(cols) != 0 || count > config.batch) {
    throw Error(Errc::invalid_argument, "step: " + std::to_string(rows.size()) + " values are not 1 to " +
                                            std::to_string(config.batch) + " rows of " +
                                            std::to_string(cols));
  }
  require_values(t.model_config, rows);
  const auto row_bytes = static_cast<std::int64_t>(sizeof(float)) * cols;
  if (!t.step_rows) {
    t.step_rows = t.backend->allocate(config.batch * row_bytes);
    t.step_table = t.backend->allocate(train::pass_count(config, config.batch) *
                                       static_cast<std::int64_t>(sizeof(ops::PassPlan)));
  }
  TrainConfig constant = config;
  constant.schedule = {};
  constant.kl_warmup = 0;
  const std::vector<ops::PassPlan> passes = train::Schedule(constant, count).step(0, t.state.step);
  t.backend->upload(t.step_rows.get(), rows.data(), count * row_bytes);
  t.backend->upload(t.step_table.get(), passes.data(),
                    static_cast<std::int64_t>(passes.size() * sizeof(passes[0])));
  t.network.input().source = {t.step_rows.get(), RowSource::Type::f32, cols, 1.0f};
  t.network.input().gather = Backend::Gather::by_row_id;

  const ops::LossSums of_the_epoch = t.state.epoch_sums;
  t.state.passes = 0;
  t.network.set_state(t.state);
  t.run_step(nullptr, {.total_rows = count, .rows = count},
             reinterpret_cast<ops::PassPlan*>(t.step_table.get()), static_cast<std::int64_t>(passes.size()));
  t.state.epoch_sums = of_the_epoch;  // an interrupted fit() goes on with them
  t.require_finite_updates();
  return train::mean_of(t.state.last);
}

Vae Trainer::model() const {
  auto impl = std::make_unique<Vae::Impl>(impl_->model_config, impl_->device);
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
  train::StateFile file{t.model_file(metadata), t.train_config,
                        t.download(t.parameters.arenas().first_moments),
                        t.download(t.parameters.arenas().second_moments), t.run};
  file.run.step = t.state.step;
  file.run.skipped = t.state.skipped;
  file.run.skipped_in_a_row = t.state.skipped_in_a_row;
  file.run.epoch_sums = t.state.epoch_sums;
  train::write_state(path, file);
}

void Trainer::load_state(const std::string& path) {
  Impl& t = *impl_;
  require_no_fit(t, "load_state");
  const train::StateFile file = train::read_state(path);
  train::require_same_run(path, file, t.model_config, t.train_config);
  const ParameterArenas& arenas = t.parameters.arenas();
  t.parameters.upload(arenas.parameters, t.layout.from_parameters(file.model.parameters));
  t.parameters.upload(arenas.first_moments, t.layout.from_parameters(file.first_moments));
  t.parameters.upload(arenas.second_moments, t.layout.from_parameters(file.second_moments));
  t.run = file.run;
  t.image = file.model.image;
  t.state = {};
  t.state.step = file.run.step;
  t.state.skipped = file.run.skipped;
  t.state.skipped_in_a_row = file.run.skipped_in_a_row;
  t.state.epoch_sums = file.run.epoch_sums;
}

}  // namespace cuvae
