#include "src/train/trainer_impl.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "cuvae/error.hpp"
#include "kernels/ops/binarize.hpp"
#include "src/config/likelihood.hpp"
#include "src/config/text.hpp"
#include "src/model/initialize.hpp"
#include "src/train/fit.hpp"
#include "src/train/memory.hpp"

namespace cuvae {
namespace {

// Of a GPU's memory, for graphs and what else is not counted.
constexpr std::int64_t kForOthers = std::int64_t{64} << 20;

ModelConfig validated(const ModelConfig& config) {
  validate(config);
  model::require_data_dim(config);
  return config;
}

TrainConfig validated(const ModelConfig& model, const TrainConfig& train) {
  validate(model, train);
  return train;
}

std::string likely_cause(const ModelConfig& model, const TrainConfig& train) {
  std::string cause =
      "Likely cause: the learning rate (" + config::format(train.learning_rate) + ") is too high";
  if (config::has_variance(model.likelihood))
    cause += ", or the data is far from unit scale (standardise it)";
  return cause + ".";
}

// The rows of the first epoch as a model is meant to see them: dynamic binarization keeps its probabilities.
struct DataRows {
  const Dataset& data;
  const ops::RowOrder& order;
  Binarize binarize;

  [[nodiscard]] std::vector<float> at(std::int64_t position) const {
    std::vector<float> row(static_cast<std::size_t>(data.cols()));
    data.read_row(order.row(position, 0), row);
    if (binarize == Binarize::threshold)
      for (float& value : row) value = ops::BinarizeThreshold{}({value}).out[0];
    return row;
  }
  [[nodiscard]] std::vector<double> column_means() const {
    std::vector<double> means(static_cast<std::size_t>(data.cols()));
    for (std::int64_t i = 0; i < order.rows; ++i) {
      const std::vector<float> row = at(i);
      for (std::size_t col = 0; col < row.size(); ++col) means[col] += static_cast<double>(row[col]);
    }
    for (double& mean : means) mean /= static_cast<double>(order.rows);
    return means;
  }
};

}  // namespace

Trainer::Impl::Impl(const ModelConfig& model, const TrainConfig& train, std::unique_ptr<Backend> on)
    : model_config(validated(model)),
      train_config(validated(model, train)),
      backend(std::move(on)),
      device(backend->device()),
      layout(model_config),
      parameters(*backend, layout, model::Arenas::training),
      pass_rows(train::pass_rows(train_config)),
      network(*backend, model_config, layout, parameters, pass_rows, model::Use::training,
              model::sampling_of(train_config)),
      first_backward(network.backward_phases(GradientMode::overwrite)),
      next_backward(network.backward_phases(GradientMode::accumulate)),
      gradient_square(backend->allocate(sizeof(float))),
      steps_per_launch(backend->steps_per_launch()) {
  for (const auto& part : {network.load_phases(), network.encode_phases(), network.sample_phases(),
                           network.decode_phases(), network.loss_phases()}) {
    forward.insert(forward.end(), part.begin(), part.end());
  }
  network.input().binarize = model_config.binarize;
  const bool once = model_config.binarize == Binarize::once;
  network.input().binarize_noise =
      once ? ops::kBinarizeOnce : ops::NoiseSource{train_config.seed, ops::Purpose::binarize, 0};
  network.input().latent_noise = {train_config.seed, ops::Purpose::latent, 0};
  parameters.upload(parameters.arenas().parameters,
                    model::initial_parameters(layout, model_config, train_config.seed));
}

std::unique_ptr<Trainer::Impl> Trainer::Impl::on(std::unique_ptr<Backend> backend, const ModelConfig& model,
                                                 const TrainConfig& train) {
  if (backend->reads_host_memory()) return std::make_unique<Impl>(model, train, std::move(backend));
  const std::string name = to_string(backend->device());
  const std::int64_t available = std::max<std::int64_t>(0, backend->available_memory() - kForOthers);
  const auto too_little = [&](std::optional<std::int64_t> known) {
    return Error(Errc::out_of_memory,
                 train::out_of_memory_message(validated(model), validated(model, train), name, known));
  };
  if (train::bytes_of_training(validated(model), validated(model, train), Device::Kind::cuda) > available)
    throw too_little(available);
  try {
    return std::make_unique<Impl>(model, train, std::move(backend));
  } catch (const Error& error) {
    if (error.code() != Errc::out_of_memory) throw;
    throw too_little(std::nullopt);
  }
}

void Trainer::Impl::queue_step(const std::function<void(std::int64_t)>& connect, const ops::RowOrder& order,
                               const ops::PassPlan* table, std::int64_t passes) {
  const PassContext pass = network.pass();
  for (std::int64_t i = 0; i < passes; ++i) {
    connect(i);
    backend->begin_pass(pass, table, order, pass_rows);
    for (const auto& phase : forward) phase.run();
    backend->add_losses(network.sample_pass(), network.losses());
    for (const auto& phase : i == 0 ? first_backward : next_backward) phase.run();
  }
  backend->end_step(pass, parameters.arenas(), train_config.clip_norm);
  if (train_config.optimizer == Optimizer::adam_normgrad) normalize_gradients(pass);
  backend->update(pass, parameters.arenas(), train_config);
}

void Trainer::Impl::normalize_gradients(PassContext pass) {
  std::int64_t first_row_begin = -1, first_row_end = -1;  // of the tensor before
  for (const model::Tensor& tensor : layout.tensors()) {
    const bool beside = tensor.offset > first_row_begin && tensor.offset < first_row_end;
    first_row_begin = tensor.offset;
    first_row_end = tensor.offset + tensor.ld;
    if (beside) continue;  // its rows go on where those before it end: it was divided with them
    const std::int64_t size = tensor.rows * tensor.ld;
    const Matrix values{parameters.arenas().gradients + tensor.offset, 1, static_cast<std::int32_t>(size),
                        size};
    backend->normalize(pass, values, reinterpret_cast<float*>(gradient_square.get()));
  }
}

void Trainer::Impl::take_heart() {
  if (ops::has_given_up(state)) state.skipped_in_a_row = ops::kMostSkippedInARow - 1;
}

void Trainer::Impl::require_finite_updates() const {
  if (!ops::has_given_up(state)) return;
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

void Trainer::Impl::start_from_data(const Dataset& data, const ops::RowOrder& order) {
  const bool of_bias = model_config.output_bias == OutputBias::data_mean;
  const bool of_inputs = model_config.prior == Prior::vamp;
  if (!of_bias && !of_inputs) return;
  std::vector<float> values = parameters.download(parameters.arenas().parameters);
  const DataRows rows{data, order, model_config.binarize};
  if (of_bias) model::set_output_bias(values, layout, model_config.likelihood, rows.column_means());
  const std::int64_t inputs = std::min<std::int64_t>(model_config.prior_components, order.rows);
  for (std::int64_t i = 0; of_inputs && i < inputs; ++i)
    model::set_prior_input(values, layout, model_config.likelihood, i, rows.at(i));
  parameters.upload(parameters.arenas().parameters, values);
}

}  // namespace cuvae
