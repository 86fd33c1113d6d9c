#include "src/train/schedule.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <string>

#include "cuvae/error.hpp"
#include "src/config/text.hpp"
#include "src/model/sampling.hpp"

namespace cuvae::train {
namespace {

constexpr std::int64_t kMostSteps = std::numeric_limits<std::uint32_t>::max();  // kernels/ops/noise.hpp

std::int64_t ceil_divide(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

}  // namespace

Split split_rows(const TrainConfig& config, const Dataset& data) {
  const std::int64_t rows = data.rows();
  if (config.validation_fraction <= 0.0) return {rows, 0};
  const std::int64_t held_out =
      std::max<std::int64_t>(1, std::llround(config.validation_fraction * static_cast<double>(rows)));
  if (held_out >= rows) {
    throw Error(Errc::data, data.source() + ": its " + std::to_string(rows) +
                                " rows leave none to train on when validation-fraction holds some out" +
                                "\nGive more rows, or no validation.");
  }
  return {rows - held_out, held_out};
}

std::int64_t pass_rows(const TrainConfig& config) {
  return config.micro_batch > 0 ? std::min(config.micro_batch, config.batch) : config.batch;
}

std::int64_t pass_count(const TrainConfig& config, std::int64_t rows) {
  return ceil_divide(rows, pass_rows(config));
}

Schedule::Schedule(const TrainConfig& config, std::int64_t rows)
    : config_(config),
      rows_(rows),
      steps_per_epoch_(ceil_divide(rows, config.batch)),
      total_steps_(steps_per_epoch_ * config.epochs) {
  if (config.max_steps > 0) total_steps_ = std::min(total_steps_, config.max_steps);
  if (total_steps_ > kMostSteps) {
    throw Error(Errc::invalid_argument,
                "epochs: " + std::to_string(config.epochs) + " of " + std::to_string(steps_per_epoch_) +
                    " steps are more than the noise can tell apart, which is " + std::to_string(kMostSteps));
  }
  warmup_steps_ = config_.kl_warmup * static_cast<double>(steps_per_epoch_);
  cycle_steps_ = static_cast<double>(total_steps_) / config_.kl_cycles;
  if (warmup_steps_ > 0 && warmup_steps_ > cycle_steps_ - 1) refuse_endless_warmup();
}

void Schedule::refuse_endless_warmup() const {
  const double epochs = cycle_steps_ / static_cast<double>(steps_per_epoch_);
  const std::string what = config_.kl_capacity > 0 ? "the KL's capacity" : "the KL weight";
  throw Error(Errc::invalid_argument,
              "kl_warmup: " + config::format(config_.kl_warmup) +
                  (config_.kl_warmup == 1 ? " epoch does" : " epochs do") + " not end before the " +
                  config::format(epochs) + (config_.kl_cycles > 1 ? " of a cycle" : " of the run") +
                  " do, so " + what +
                  " would never reach its value\nTrain for longer, or warm up over fewer epochs.");
}

std::int64_t Schedule::rows_of(std::int64_t step_in_epoch) const {
  return std::min<std::int64_t>(config_.batch, rows_ - step_in_epoch * config_.batch);
}

std::int64_t Schedule::passes_of(std::int64_t step_in_epoch) const {
  return pass_count(config_, rows_of(step_in_epoch));
}

std::int64_t Schedule::passes_before(std::int64_t step_in_epoch) const {
  if (step_in_epoch == 0) return 0;
  return (step_in_epoch - 1) * passes_of(0) + passes_of(step_in_epoch - 1);
}

double Schedule::learning_rate(std::int64_t position) const {
  using Kind = LearningRateSchedule::Kind;
  double rate = config_.learning_rate;
  if (config_.schedule.kind == Kind::cosine) {
    const double done =
        static_cast<double>(position) / static_cast<double>(std::max<std::int64_t>(total_steps_, 1));
    rate *= 0.5 * (1.0 + std::cos(std::numbers::pi * std::min(done, 1.0)));
  }
  if (config_.schedule.kind == Kind::steps) {
    for (const auto& [epochs, factor] : config_.schedule.steps) {
      if (position >= epochs * steps_per_epoch_) rate *= factor;
    }
  }
  return rate;
}

double Schedule::risen(std::int64_t position) const {
  if (warmup_steps_ <= 0.0) return 1.0;
  const double in_cycle = std::fmod(static_cast<double>(position), cycle_steps_);
  return std::min(1.0, in_cycle / warmup_steps_);
}

bool Schedule::rises_before(std::int64_t position) const { return position > 0 && risen(position - 1) < 1.0; }

double Schedule::kl_weight(std::int64_t position) const {
  return config_.kl_weight * (config_.kl_capacity > 0 ? 1.0 : risen(position));
}

double Schedule::kl_capacity(std::int64_t position) const { return config_.kl_capacity * risen(position); }

std::vector<ops::PassPlan> Schedule::step(std::int64_t position, std::int64_t update) const {
  const std::int64_t step_in_epoch = position % steps_per_epoch_, rows = rows_of(step_in_epoch);
  const double t = static_cast<double>(update + 1);
  ops::PassPlan pass;
  const model::Sampling sampling = model::sampling_of(config_);
  const std::int64_t counted = sampling.weighting == model::Weighting::equal ? rows * sampling.samples : rows;
  pass.row_weight = static_cast<float>(1.0 / static_cast<double>(counted));
  pass.batch_rows = static_cast<float>(rows);
  if (config_.optimizer == Optimizer::iwae_adam) pass.gradient_factor = pass.batch_rows;
  pass.data_rows = static_cast<float>(rows_);
  pass.kl_weight = static_cast<float>(kl_weight(position));
  pass.kl_capacity = static_cast<float>(kl_capacity(position));
  pass.learning_rate = static_cast<float>(learning_rate(position));
  pass.first_correction = static_cast<float>(1.0 / (1.0 - std::pow(config_.beta1, t)));
  pass.second_correction = static_cast<float>(1.0 / (1.0 - std::pow(config_.beta2, t)));
  pass.square_left = static_cast<float>(std::pow(config_.beta2, t - 1.0));
  std::vector<ops::PassPlan> passes;
  for (std::int64_t done = 0; done < rows; done += pass_rows(config_)) {
    pass.first_position = step_in_epoch * config_.batch + done;
    pass.active_rows = static_cast<std::int32_t>(std::min(pass_rows(config_), rows - done));
    passes.push_back(pass);
  }
  return passes;
}

std::vector<ops::PassPlan> Schedule::epoch(std::int64_t first_position, std::int64_t first_update) const {
  std::vector<ops::PassPlan> table;
  table.reserve(static_cast<std::size_t>(passes_before(steps_per_epoch_)));
  for (std::int64_t i = 0; i < steps_per_epoch_; ++i) {
    const auto passes = step(first_position + i, first_update + i);
    table.insert(table.end(), passes.begin(), passes.end());
  }
  return table;
}

}  // namespace cuvae::train
