#include "cuvae/trainer.hpp"

#include <algorithm>
#include <limits>
#include <span>

#include "cuvae/error.hpp"
#include "src/config/likelihood.hpp"
#include "src/data/dataset_impl.hpp"
#include "src/train/fit.hpp"
#include "src/train/require_fit.hpp"
#include "src/train/trainer_impl.hpp"
#include "src/train/vae_impl.hpp"

namespace cuvae {
namespace {

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
  const config::LikelihoodTraits likelihood = config::traits_of(config.likelihood);
  const bool unit_interval = likelihood.needs_unit_interval && config.binarize != Binarize::threshold;
  const float low = unit_interval ? 0.0f : std::numeric_limits<float>::lowest();
  const float high = unit_interval ? 1.0f : std::numeric_limits<float>::max();
  const auto bad = std::ranges::find_if(rows, [&](float value) { return !(value >= low && value <= high); });
  if (bad == rows.end()) return;
  const auto index = bad - rows.begin();
  throw Error(
      Errc::data,
      "step: row " + std::to_string(index / config.data_dim) + ", column " +
          std::to_string(index % config.data_dim) + " (from 0) is " + data::text_of(*bad) +
          (unit_interval ? ", but the " + std::string(likelihood.title) + " likelihood needs values in [0, 1]"
                         : ", which is not finite"));
}

}  // namespace

Trainer::Trainer(const ModelConfig& model, const TrainConfig& train, const Device& device)
    : Trainer(Impl::on(make_backend(device, {.precision = train.precision}), model, train)) {}
Trainer::Trainer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
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

Elbo Trainer::step(std::span<const float> rows, std::span<const float> labels) {
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
  if (config.objective == Objective::tc_mws || config.objective == Objective::tc_mss) {
    throw Error(Errc::invalid_argument,
                "step: objective " + std::string(to_string(config.objective)) +
                    " weighs a batch by the number of rows there are in all, which only "
                    "fit() knows; give it a Dataset");
  }
  require_values(t.model_config, rows);
  if (t.model_config.likelihood == Likelihood::categorical) {
    const auto width = static_cast<std::size_t>(cols);
    for (std::int64_t row = 0; row < count; ++row)
      train::require_groups(rows.subspan(static_cast<std::size_t>(row) * width, width),
                            t.model_config.categories, "step", row);
  }
  train::require_label_values(t.model_config, labels, count, "step");
  const auto stage = [&](std::unique_ptr<Staging>& staging, std::span<const float> values,
                         std::int64_t width) {
    const std::int64_t ld = train::Feed::padded_row(width);
    if (!staging) staging = t.backend->staging(config.batch * ld * static_cast<std::int64_t>(sizeof(float)));
    auto* to = reinterpret_cast<float*>(staging->host());
    for (std::int64_t row = 0; row < count; ++row)
      std::copy_n(values.data() + row * width, width, to + row * ld);
    staging->send();
    return RowSource{staging->device(), ops::Element::f32, ld, 1.0f};
  };
  if (!t.step_table.get()) {
    t.step_table = t.backend->allocate(train::pass_count(config, config.batch) *
                                       static_cast<std::int64_t>(sizeof(ops::PassPlan)));
  }
  TrainConfig constant = config;
  constant.schedule = {};
  constant.kl_warmup = 0;
  constant.kl_cycles = 1;
  const std::vector<ops::PassPlan> passes = train::Schedule(constant, count).step(0, t.state.step);
  const RowSource staged_rows = stage(t.step_rows, rows, cols);
  RowSource staged_labels;
  if (!labels.empty()) staged_labels = stage(t.step_labels, labels, t.model_config.label_dim);
  t.backend->upload(t.step_table.get(), passes.data(),
                    static_cast<std::int64_t>(passes.size() * sizeof(passes[0])));
  const auto connect = [&](std::int64_t) {
    t.network.input().source = staged_rows;
    t.network.input().labels = staged_labels;
    t.network.input().gather = Backend::Gather::by_row_id;
  };
  const ops::LossSums of_the_epoch = t.state.epoch_sums;
  t.take_heart();
  t.state.passes = 0;
  t.network.set_state(t.state);
  t.queue_step(connect, {.total_rows = count, .rows = count},
               reinterpret_cast<ops::PassPlan*>(t.step_table.get()),
               static_cast<std::int64_t>(passes.size()));
  t.step_rows->release();
  if (t.step_labels) t.step_labels->release();
  t.state = t.network.state();
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

void Trainer::save_state(const std::string& path, const std::map<std::string, std::string>& metadata,
                         const std::string& previous) const {
  const Impl& t = *impl_;
  train::StateFile file{t.model_file(metadata),
                        t.train_config,
                        t.download(t.parameters.arenas().first_moments),
                        t.download(t.parameters.arenas().second_moments),
                        t.run,
                        t.backend->product_plans()};
  file.run.step = t.state.step;
  file.run.skipped = t.state.skipped;
  file.run.skipped_in_a_row = t.state.skipped_in_a_row;
  file.run.epoch_sums = t.state.epoch_sums;
  train::write_state(path, file, previous);
}

void Trainer::load_state(const std::string& path) {
  Impl& t = *impl_;
  require_no_fit(t, "load_state");
  const train::StateFile file = train::read_state(path);
  train::require_same_run(path, file, t.model_config, t.train_config);
  t.backend->restore_product_plans(file.product_plans);
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
