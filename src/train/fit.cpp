#include "src/train/fit.hpp"
#include "src/train/require_fit.hpp"

#include <algorithm>
#include <cmath>

#include "cuvae/error.hpp"
#include "src/train/require_fit.hpp"

namespace cuvae::train {
namespace {

// Rows that tell active units where there are no validation rows.
constexpr std::int64_t kProbeRows = 2048;

ops::RowOrder training_rows(const Dataset& data, const TrainConfig& config) {
  using Visit = ops::RowOrder::Visit;
  const Visit visit = config.order == RowSequence::filed ? Visit::in_order : Visit::shuffled;
  return {config.seed, data.rows(), 0, split_rows(config, data).training, visit};
}

ops::RowOrder validation_rows(const Dataset& data, const Dataset* validation, const TrainConfig& config) {
  if (validation != nullptr) return {config.seed, validation->rows(), 0, validation->rows()};
  const Split split = split_rows(config, data);
  return {config.seed, data.rows(), split.training, split.held_out};
}

std::optional<Dataset> optional_dataset(const Dataset* data) {
  return data == nullptr ? std::nullopt : std::optional<Dataset>(*data);
}

}  // namespace

void require_trainable(const ModelConfig& model, const TrainConfig& train, const Dataset& data,
                       const Dataset* validation) {
  require_fit(model, data, model.binarize);
  static_cast<void>(split_rows(train, data));
  if (validation == nullptr) return;
  require_fit(model, *validation, model.binarize);
  if (train.validation_fraction > 0) {
    throw Error(Errc::invalid_argument,
                "validation_fraction: there is a validation set already; leave one out");
  }
}

Fit::Fit(Trainer::Impl& trainer, const Dataset& data, const Dataset* validation,
         const Trainer::Impl::Callback& callback)
    : trainer_(trainer),
      data_(data),
      validation_(optional_dataset(validation)),
      callback_(callback),
      training_rows_(training_rows(data, trainer.train_config)),
      validation_rows_(validation_rows(data, validation, trainer.train_config)),
      schedule_(trainer.train_config, training_rows_.rows),
      evaluator_(*trainer.backend, trainer.model_config, trainer.layout, trainer.parameters,
                 trainer.pass_rows),
      table_(trainer.backend->allocate(schedule_.passes_before(schedule_.steps_per_epoch()) *
                                       static_cast<std::int64_t>(sizeof(ops::PassPlan)))),
      feed_(*trainer.backend, data, trainer.train_config.batch, trainer.pass_rows),
      launches_(trainer, feed_, schedule_, training_rows_,
                reinterpret_cast<const ops::PassPlan*>(table_.get())),
      start_(Trainer::Impl::Clock::now()) {
  if (trainer_.run.step_in_epoch > schedule_.steps_per_epoch()) {
    throw Error(Errc::data, "the loaded state stands at step " + std::to_string(trainer_.run.step_in_epoch) +
                                " of an epoch of " + std::to_string(schedule_.steps_per_epoch()) +
                                "\nThe state file was changed; take another one or start afresh.");
  }
  if (validation_)
    validation_feed_.emplace(*trainer_.backend, *validation_, trainer.pass_rows, trainer.pass_rows);
  trainer_.adopt_data(data_, validation);
  trainer_.take_heart();
  if (trainer_.state.step == 0) trainer_.start_from_data(data_, training_rows_);
}

std::int64_t Fit::position() const {
  return trainer_.run.epochs_finished * schedule_.steps_per_epoch() + trainer_.run.step_in_epoch;
}

double Fit::seconds_since(Trainer::Impl::Clock::time_point start) const {
  return std::chrono::duration<double>(Trainer::Impl::Clock::now() - start).count();
}

std::optional<FitResult> Fit::finished() const {
  const TrainConfig& config = trainer_.train_config;
  const RunState& run = trainer_.run;
  FitResult result = result_;
  result.steps = trainer_.state.step;
  if (config.patience > 0 && run.epochs_since_best >= config.patience) {
    result.reason = StopReason::early_stop;
    result.explanation = "stopped early: no better validation ELBO than " + std::to_string(run.best_elbo) +
                         " (epoch " + std::to_string(run.best_epoch) + ") in " +
                         std::to_string(config.patience) + " epochs";
    return result;
  }
  if (run.epochs_finished >= config.epochs) {
    result.reason = StopReason::epochs_done;
    const bool one = run.epochs_finished == 1;
    result.explanation = std::to_string(run.epochs_finished) + (one ? " epoch done" : " epochs done");
    return result;
  }
  const bool evaluation_due = run.measured_position != position();  // saved just before it
  if (position() >= schedule_.total_steps() && !evaluation_due) {
    result.reason = StopReason::max_steps;
    result.explanation = "stopped at --max-steps " + std::to_string(config.max_steps);
    return result;
  }
  return std::nullopt;
}

FitResult Fit::run() {
  for (;;) {
    if (const auto done = finished()) return *done;
    begin_epoch();
    const std::int64_t epoch_end = (trainer_.run.epochs_finished + 1) * schedule_.steps_per_epoch();
    if (run_epoch(std::min(epoch_end, schedule_.total_steps())) == Outcome::stop ||
        finish_epoch() == Outcome::stop) {
      result_.reason = StopReason::requested;
      result_.explanation = "stopped as asked, at step " + std::to_string(trainer_.state.step);
      result_.steps = trainer_.state.step;
      return result_;
    }
  }
}

void Fit::begin_epoch() {
  Trainer::Impl& t = trainer_;
  const std::int64_t first = t.run.epochs_finished * schedule_.steps_per_epoch();
  const std::vector<ops::PassPlan> table = schedule_.epoch(first, t.state.step - t.run.step_in_epoch);
  t.backend->upload(table_.get(), table.data(), static_cast<std::int64_t>(table.size() * sizeof(table[0])));
  if (t.run.step_in_epoch == 0) t.state.epoch_sums = {};
  t.state.epoch = static_cast<std::int32_t>(t.run.epochs_finished);
  t.state.passes = schedule_.passes_before(t.run.step_in_epoch);
  t.network.set_state(t.state);
  first_update_ = t.state.step - t.run.step_in_epoch;
  epoch_seconds_ = 0;
  epoch_rows_ = 0;
}

Fit::Outcome Fit::run_epoch(std::int64_t last_step) {
  Trainer::Impl& t = trainer_;
  const std::int64_t before = t.run.epochs_finished * schedule_.steps_per_epoch();
  std::int64_t queued = t.run.step_in_epoch;
  read_ = Trainer::Impl::Clock::now();
  while (before + queued < last_step) {
    queued += launches_.queue(queued, last_step - before);
    if (!wants_numbers(before + queued, last_step)) continue;
    read_state();
    t.require_finite_updates();
    if (callback_ && callback_(progress(Progress::Event::step)) == Control::stop) return Outcome::stop;
    read_ = Trainer::Impl::Clock::now();
  }
  return Outcome::proceed;
}

// Reading the state waits for the device. One that is done with a step when it is queued has it ready.
bool Fit::wants_numbers(std::int64_t queued, std::int64_t last_step) const {
  constexpr double kSecondsBetween = 0.05;
  if (trainer_.steps_per_launch == 1 || queued == last_step) return true;
  return callback_ && seconds_since(read_) > kSecondsBetween;
}

void Fit::read_state() {
  Trainer::Impl& t = trainer_;
  const auto rows_before = [&](std::int64_t steps) {
    return std::min<std::int64_t>(steps * t.train_config.batch, training_rows_.rows);
  };
  t.state = t.network.state();
  const std::int64_t done = t.state.step - first_update_;
  const std::int64_t newly_done = done - t.run.step_in_epoch;
  const std::int64_t rows = rows_before(done) - rows_before(t.run.step_in_epoch);
  t.run.step_in_epoch = done;
  const double seconds = seconds_since(read_);
  launches_.tell_time_of_step(seconds, newly_done);
  training_seconds_ += seconds, epoch_seconds_ += seconds;
  timed_rows_ += rows, epoch_rows_ += rows;
}

Fit::Outcome Fit::finish_epoch() {
  Trainer::Impl& t = trainer_;
  t.require_finite_weights();
  if (t.state.epoch_sums.rows == 0)
    t.diverged("no update of epoch " + std::to_string(t.run.epochs_finished + 1) + " was finite");
  const bool whole = t.run.step_in_epoch == schedule_.steps_per_epoch();
  EpochMetrics metrics = measure();
  t.run.measured_position = position();
  if (whole) {
    ++t.run.epochs_finished;
    t.run.step_in_epoch = 0;
    consider_best(metrics);
  }
  result_.history.push_back(metrics);
  if (!callback_) return Outcome::proceed;
  Progress event = progress(Progress::Event::epoch);
  event.epoch = metrics.epoch;
  event.metrics = &result_.history.back();
  return callback_(event) == Control::stop ? Outcome::stop : Outcome::proceed;
}

EpochMetrics Fit::measure() {
  Trainer::Impl& t = trainer_;
  const ops::LossSums& sums = t.state.epoch_sums;
  EpochMetrics metrics;
  metrics.epoch = static_cast<std::int32_t>(t.run.epochs_finished + 1);
  metrics.step = t.state.step;
  metrics.train = mean_of(sums);
  metrics.objective = -sums.objective / static_cast<double>(sums.rows);
  metrics.learning_rate = schedule_.learning_rate(position() - 1);
  metrics.kl_weight = schedule_.kl_weight(position() - 1);
  metrics.skipped_updates = t.state.skipped;
  metrics.rows_per_second = epoch_seconds_ > 0 ? static_cast<double>(epoch_rows_) / epoch_seconds_ : 0.0;

  const Evaluation evaluation = evaluate();
  if (validation_rows_.rows > 0) metrics.validation = evaluation.mean;
  metrics.active_units = evaluation.active_units;
  if (trainer_.model_config.top_latent > 0) metrics.active_top_units = evaluation.active_top_units;
  metrics.seconds = seconds_since(start_);
  return metrics;
}

Evaluation Fit::evaluate() {
  Evaluator::Request request{.order = validation_rows_,
                             .seed = trainer_.train_config.seed,
                             .binarize = trainer_.model_config.binarize};
  if (validation_rows_.rows == 0) {
    const std::int64_t rows = std::min(kProbeRows, data_.rows());
    request.order = {.total_rows = rows, .rows = rows};
  }
  return evaluator_.run(validation_feed_ ? *validation_feed_ : feed_, request);
}

void Fit::consider_best(EpochMetrics& metrics) {
  if (!metrics.validation) return;
  RunState& run = trainer_.run;
  const double elbo = metrics.validation->elbo;
  if (std::isfinite(elbo) && (run.best_epoch == 0 || elbo > run.best_elbo)) {
    metrics.best = true;
    run.best_elbo = elbo;
    run.best_epoch = run.epochs_finished;
    run.epochs_since_best = 0;
  } else if (run.best_epoch > 0 && !schedule_.rises_before(position())) {
    ++run.epochs_since_best;  // while the KL weight still rises, a worse ELBO says nothing
  }
}

Progress Fit::progress(Progress::Event event) const {
  const Trainer::Impl& t = trainer_;
  Progress p;
  p.event = event;
  p.epoch = static_cast<std::int32_t>(t.run.epochs_finished + 1);
  p.epochs = t.train_config.epochs;
  p.step = t.state.step;
  p.total_steps = schedule_.total_steps();
  p.step_in_epoch = t.run.step_in_epoch;
  p.steps_per_epoch = schedule_.steps_per_epoch();
  p.running = mean_of(t.state.epoch_sums);
  if (training_seconds_ > 0) p.rows_per_second = static_cast<double>(timed_rows_) / training_seconds_;
  if (p.rows_per_second > 0) {
    const double rows_left = static_cast<double>((p.total_steps - position()) * t.train_config.batch);
    p.seconds_left = rows_left / p.rows_per_second;
  }
  return p;
}

}  // namespace cuvae::train
