#include "train/jobs.hpp"

#include <bit>
#include <random>
#include <sstream>

#include "src/train/trainer_impl.hpp"

namespace cuvae::test {

std::vector<float> random_values(std::int64_t count, std::uint32_t seed, float low, float high) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<float> value(low, high);
  std::vector<float> values(static_cast<std::size_t>(count));
  for (float& v : values) v = value(random);
  return values;
}

Dataset random_rows(std::int64_t rows, std::uint32_t seed) {
  return Dataset::from_values(random_values(rows * kColumns, seed), kColumns);
}

Job small_job() {
  Job job{{}, {}, random_rows(70, 1), {}};
  job.model.data_dim = kColumns;
  job.model.encoder_hidden = {11};
  job.model.decoder_hidden = {9};
  job.model.latent = 3;
  job.model.activation = Activation::tanh;
  job.train.epochs = 3;
  job.train.batch = 20;
  job.train.seed = 5;
  job.train.learning_rate = 0.01;
  return job;
}

std::vector<NamedModel> with_every_other_prior(const ModelConfig& model) {
  std::vector<NamedModel> all;
  for (const Prior prior : {Prior::mixture, Prior::vamp}) {
    all.push_back({std::string(to_string(prior)), model});
    all.back().model.prior = prior;
    all.back().model.prior_components = 6;
  }
  all.push_back({"two layers", model});
  all.back().model.top_latent = 2;
  all.back().model.top_hidden = {5, 4};
  return all;
}

Job with_classes(Job job) {
  std::vector<std::int32_t> classes;
  for (std::int64_t row = 0; row < job.data.rows(); ++row)
    classes.push_back(static_cast<std::int32_t>(row * 7 % 4));
  job.data = job.data.with_classes(classes);
  job.model.label_dim = 4;
  return job;
}

Job with_numbers(Job job) {
  job.data = job.data.with_labels(random_values(2 * job.data.rows(), 4, -1.5f, 1.5f), 2);
  job.model.label_dim = 2;
  job.model.label_kind = LabelKind::real;
  return job;
}

std::vector<float> label_of(const Dataset& data, std::int64_t row) {
  std::vector<float> label(static_cast<std::size_t>(data.label_cols()));
  if (!label.empty()) data.read_labels(row, label);
  return label;
}

void freeze(Job& job) {
  job.train.optimizer = Optimizer::sgd;
  job.train.learning_rate = 1e-30;
}

FitResult fit(Trainer& trainer, const Job& job, const std::function<Control(const Progress&)>& callback) {
  return job.validation ? trainer.fit(job.data, *job.validation, callback) : trainer.fit(job.data, callback);
}

Trainer trainer_of(const Job& job, int threads) {
  return Trainer(job.model, job.train, Device::cpu(threads));
}

std::vector<std::uint32_t> bits(const std::vector<float>& values) {
  std::vector<std::uint32_t> all;
  for (const float value : values) all.push_back(std::bit_cast<std::uint32_t>(value));
  return all;
}

std::vector<std::uint32_t> bits(const std::vector<Parameter>& parameters) {
  std::vector<std::uint32_t> all;
  for (const Parameter& p : parameters) {
    for (const float value : p.values) all.push_back(std::bit_cast<std::uint32_t>(value));
  }
  return all;
}

std::vector<std::uint32_t> arena_bits(Trainer& trainer) {
  const model::Parameters& parameters = trainer.impl().parameters;
  const ParameterArenas& arenas = parameters.arenas();
  std::vector<std::uint32_t> all;
  for (const float* arena : {arenas.parameters, arenas.first_moments, arenas.second_moments}) {
    const std::vector<std::uint32_t> part = bits(parameters.download(arena));
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

std::string describe(const EpochMetrics& m) {
  std::ostringstream out;
  out << std::hexfloat << "epoch " << m.epoch << " step " << m.step << " train " << m.train.elbo << ' '
      << m.train.reconstruction << ' ' << m.train.kl << " objective " << m.objective << " rate "
      << m.learning_rate << " kl weight " << m.kl_weight << " active " << m.active_units << " skipped "
      << m.skipped_updates;
  if (m.validation) {
    out << " validation " << m.validation->elbo << ' ' << m.validation->reconstruction << ' '
        << m.validation->kl;
  }
  if (m.best) out << " best";
  return out.str();
}

std::vector<std::string> describe(const std::vector<EpochMetrics>& history) {
  std::vector<std::string> lines;
  for (const EpochMetrics& metrics : history) lines.push_back(describe(metrics));
  return lines;
}

}  // namespace cuvae::test
