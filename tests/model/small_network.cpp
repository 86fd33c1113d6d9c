#include "model/small_network.hpp"

#include <random>

#include "src/model/initialize.hpp"

namespace cuvae::test {
namespace {

constexpr ops::NoiseSource kLatentNoise{0x1234567890ABCDEF, ops::Purpose::latent, 0};

std::vector<float> random_rows(const ModelConfig& config, std::int64_t rows) {
  std::mt19937 random(11);
  const bool unit = config.likelihood == Likelihood::bernoulli;
  std::uniform_real_distribution<float> value(unit ? 0.0f : -2.0f, unit ? 1.0f : 2.0f);
  std::vector<float> values(static_cast<std::size_t>(rows * config.data_dim));
  for (float& v : values) v = value(random);
  return values;
}

}  // namespace

SmallNetwork::SmallNetwork(const ModelConfig& config, std::int64_t pass_rows)
    : config_(config),
      backend_(make_backend(Device::cpu(1))),
      layout_(config),
      parameters_(*backend_, layout_, model::Arenas::training),
      network_(*backend_, config, layout_, parameters_, pass_rows, model::Use::training),
      data_(random_rows(config, kDataRows)) {
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
  state.pass.row_weight = static_cast<float>(1.0 / static_cast<double>(pass.batch));
  state.pass.kl_weight = static_cast<float>(pass.kl_weight);
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

RowLoss SmallNetwork::row_loss(const Tensors& tensors, std::int64_t position) const {
  const std::int64_t index = row(position);
  const auto begin = data_.begin() + index * config_.data_dim;
  const std::vector<double> x(begin, begin + config_.data_dim);
  return ReferenceModel(config_, tensors).loss(x, normals(kLatentNoise, kStep, index, config_.latent));
}

double SmallNetwork::objective(const Tensors& tensors, std::int64_t rows, double kl_weight) const {
  double sum = 0;
  for (std::int64_t position = 0; position < rows; ++position) {
    const RowLoss loss = row_loss(tensors, position);
    sum += loss.nll + kl_weight * loss.kl;
  }
  return sum / static_cast<double>(rows);
}

}  // namespace cuvae::test
