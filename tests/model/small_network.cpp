#include "model/small_network.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <stdexcept>

#include "model/reference_batch.hpp"
#include "src/config/likelihood.hpp"
#include "src/model/initialize.hpp"

namespace cuvae::test {
namespace {

constexpr ops::NoiseSource kLatentNoise{0x1234567890ABCDEF, ops::Purpose::latent, 0};

TrainConfig training(Objective objective, std::int32_t samples) {
  TrainConfig config;
  config.objective = objective;
  config.samples = samples;
  return config;
}

std::vector<float> random_rows(const ModelConfig& config, std::int64_t rows) {
  std::mt19937 random(11);
  const bool unit = config::traits_of(config.likelihood).needs_unit_interval;
  std::uniform_real_distribution<float> value(unit ? 0.0f : -2.0f, unit ? 1.0f : 2.0f);
  std::vector<float> values(static_cast<std::size_t>(rows * config.data_dim));
  for (float& v : values) v = value(random);
  return values;
}

std::vector<float> random_labels(const ModelConfig& config, std::int64_t rows) {
  std::mt19937 random(12);
  std::uniform_real_distribution<float> value(-1.5f, 1.5f);
  std::vector<float> values(static_cast<std::size_t>(rows * config.label_dim));
  for (float& v : values) v = value(random);
  return values;
}

}  // namespace

SmallNetwork::SmallNetwork(const ModelConfig& config, std::int64_t pass_rows, Objective objective,
                           std::int32_t samples)
    : SmallNetwork(config, pass_rows, training(objective, samples)) {}

SmallNetwork::SmallNetwork(const ModelConfig& config, std::int64_t pass_rows, const TrainConfig& train)
    : config_(config),
      train_(train),
      sampling_(model::sampling_of(train)),
      backend_(make_backend(Device::cpu(1))),
      layout_(config),
      parameters_(*backend_, layout_, model::Arenas::training),
      network_(*backend_, config, layout_, parameters_, pass_rows, model::Use::training, sampling_),
      data_(random_rows(config, kDataRows)),
      labels_(random_labels(config, kDataRows)) {
  std::vector<Parameter> weights = layout_.to_parameters(model::initial_parameters(layout_, config, 21));
  std::mt19937 random(13);
  std::uniform_real_distribution<float> log_var(-0.8f, 0.8f);
  for (Parameter& p : weights) {
    if (p.name == "decoder.log_var") {
      for (float& value : p.values) value = log_var(random);
    }
  }
  set_weights(weights);
  network_.input().source = {data_.data(), ops::Element::f32, config.data_dim, 1.0f};
  network_.input().labels = {labels_.data(), ops::Element::f32, config.label_dim, 1.0f};
  network_.input().latent_noise = kLatentNoise;
}

std::vector<Parameter> SmallNetwork::weights() const {
  return layout_.to_parameters(parameters_.download(parameters_.arenas().parameters));
}

void SmallNetwork::set_weights(const std::vector<Parameter>& weights) {
  parameters_.upload(parameters_.arenas().parameters, layout_.from_parameters(weights));
}

void SmallNetwork::run(const Pass& pass) {
  ops::StepState state;
  state.step = kStep;
  state.pass.active_rows = static_cast<std::int32_t>(pass.active);
  const bool equal = sampling_.weighting == model::Weighting::equal;
  const std::int64_t counted = pass.batch * (equal ? sampling_.samples : 1);
  state.pass.row_weight = static_cast<float>(1.0 / static_cast<double>(counted));
  state.pass.kl_weight = static_cast<float>(pass.kl_weight);
  state.pass.kl_capacity = static_cast<float>(train_.kl_capacity);
  state.pass.batch_rows = static_cast<float>(pass.batch);
  state.pass.data_rows = static_cast<float>(kDataRows);
  network_.set_state(state);
  std::vector<std::int64_t> ids(static_cast<std::size_t>(network_.rows()));
  for (std::int64_t i = 0; i < network_.rows(); ++i) ids[static_cast<std::size_t>(i)] = row(pass.first + i);
  network_.set_row_ids(ids);
  for (const auto& phases :
       {network_.load_phases(), network_.encode_phases(), network_.sample_phases(), network_.decode_phases(),
        network_.loss_phases(), network_.backward_phases(pass.mode)}) {
    for (const model::Phase& phase : phases) phase.run();
  }
}

double SmallNetwork::reported_objective() {
  backend_->add_losses(network_.sample_pass(), network_.losses());
  const ops::LossSums sums = network_.state().batch;
  return sums.objective / static_cast<double>(sums.rows);
}

std::vector<double> SmallNetwork::data_row(std::int64_t position) const {
  const auto begin = data_.begin() + row(position) * config_.data_dim;
  return {begin, begin + config_.data_dim};
}

ReferenceModel SmallNetwork::model_at(const Tensors& tensors, std::int64_t position) const {
  const auto begin = labels_.begin() + row(position) * config_.label_dim;
  return {config_, tensors, {begin, begin + config_.label_dim}};
}

RowLoss SmallNetwork::row_loss(const Tensors& tensors, std::int64_t position, std::uint32_t sample) const {
  ops::NoiseSource noise = kLatentNoise;
  noise.sample = sample;
  return model_at(tensors, position)
      .loss(data_row(position), normals(noise, kStep, row(position), config_.latent));
}

std::vector<RowLoss> SmallNetwork::draws(const Tensors& tensors, const Tensors& held,
                                         std::int64_t position) const {
  const std::vector<double> x = data_row(position);
  const Code code = model_at(held, position).encode(x);
  std::vector<RowLoss> losses;
  for (std::int32_t sample = 0; sample < sampling_.samples; ++sample) {
    const auto drawn = [&](ops::Purpose purpose, std::int32_t count) {
      ops::NoiseSource noise = kLatentNoise;
      noise.purpose = purpose;
      noise.sample = static_cast<std::uint32_t>(sample);
      return normals(noise, kStep, row(position), count);
    };
    const Epsilon eps{drawn(ops::Purpose::latent, config_.latent),
                      drawn(ops::Purpose::top_latent, config_.top_latent)};
    losses.push_back(model_at(tensors, position).loss_of_draw(x, eps, code));
  }
  return losses;
}

double SmallNetwork::row_objective(const Tensors& tensors, const Tensors& held, const Wanted& wanted,
                                   std::int64_t position) const {
  const double k = sampling_.samples;
  const auto weights = [&](const std::vector<RowLoss>& losses) {
    std::vector<double> w;
    for (const RowLoss& loss : losses) w.push_back(std::exp(-loss.nll - wanted.kl_weight * loss.kl));
    return w;
  };
  const auto sum = [](const std::vector<double>& values) {
    return std::accumulate(values.begin(), values.end(), 0.0);
  };
  const auto mean = [&](const std::vector<RowLoss>& losses) {
    double total = 0;
    for (const RowLoss& loss : losses) total += (loss.nll + wanted.kl_weight * loss.kl) / k;
    return total;
  };
  const auto bound = [&] { return -std::log(sum(weights(draws(tensors, tensors, position))) / k); };
  switch (train_.objective) {
    case Objective::elbo:
    case Objective::mmd: {
      std::vector<RowLoss> losses;
      for (std::uint32_t sample = 0; sample < static_cast<std::uint32_t>(sampling_.samples); ++sample)
        losses.push_back(row_loss(tensors, position, sample));
      return mean(losses);
    }
    case Objective::elbo_sampled:
    case Objective::tc_mws:
    case Objective::tc_mss:
      return mean(draws(tensors, tensors, position));
    case Objective::stl:
      return mean(draws(tensors, held, position));
    case Objective::iwae:
      return bound();
    case Objective::dreg: {
      if (wanted.of == Wanted::Of::decoder) return bound();
      const std::vector<double> w = weights(draws(held, held, position));
      const std::vector<RowLoss> losses = draws(tensors, held, position);
      double objective = 0;
      for (std::size_t j = 0; j < w.size(); ++j) {
        const double share = w[j] / sum(w);
        const double twice = share * (1 - wanted.kl_weight + wanted.kl_weight * share);
        objective += twice * (losses[j].nll + wanted.kl_weight * losses[j].kl);
      }
      return objective;
    }
  }
  throw std::logic_error("no such objective");
}

double SmallNetwork::objective(const Tensors& tensors, const Tensors& held, const Wanted& wanted) const {
  double sum = 0;
  for (std::int64_t position = 0; position < wanted.rows; ++position)
    sum += row_objective(tensors, held, wanted, position);
  return sum / static_cast<double>(wanted.rows) + batch_objective(tensors, wanted);
}

double SmallNetwork::batch_objective(const Tensors& tensors, const Wanted& wanted) const {
  std::vector<Code> codes;
  Latents z, p;
  for (std::int64_t position = 0; position < wanted.rows; ++position) {
    codes.push_back(model_at(tensors, position).encode(data_row(position)));
    const auto normals_of = [&](ops::Purpose purpose) {
      return normals({kLatentNoise.seed, purpose, 0}, kStep, row(position), config_.latent);
    };
    p.push_back(normals_of(ops::Purpose::discrepancy));
    z.push_back(normals_of(ops::Purpose::latent));
    for (std::size_t d = 0; d < z.back().size(); ++d)
      z.back()[d] = codes.back().mean[d] + std::exp(0.5 * codes.back().log_var[d]) * z.back()[d];
  }
  const auto tc = [&](Estimate estimate) {
    return wanted.kl_weight * (train_.tc_weight - 1) *
           total_correlation(codes, z, static_cast<double>(kDataRows), estimate);
  };
  if (train_.objective == Objective::tc_mws) return tc(Estimate::weighted);
  if (train_.objective == Objective::tc_mss) return tc(Estimate::stratified);
  if (train_.objective == Objective::mmd) return train_.mmd_weight * discrepancy(z, p);
  const std::vector<double> kl = mean_kl(codes);
  const double total = std::accumulate(kl.begin(), kl.end(), 0.0);
  double held = total;
  if (train_.kl_capacity > 0) held = std::abs(total - train_.kl_capacity);
  if (train_.free_bits_total > 0) held = std::max(total, train_.free_bits_total);
  if (train_.free_bits > 0) {
    held = 0;
    for (const double one : kl) held += std::max(one, train_.free_bits);
  }
  return wanted.kl_weight * (held - total);
}

}  // namespace cuvae::test
