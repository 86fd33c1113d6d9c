#include "cuvae/vae.hpp"

#include <algorithm>
#include <numeric>

#include "cuvae/error.hpp"
#include "src/model/initialize.hpp"
#include "src/train/checkpoint.hpp"
#include "src/train/require_fit.hpp"
#include "src/train/vae_impl.hpp"

namespace cuvae {
namespace {

constexpr std::int32_t kMostSamples = (1 << 16) - 1;  // kernels/ops/noise.hpp
constexpr std::int64_t kFewRows = 64, kManyRows = 256;

ModelConfig usable(const ModelConfig& config) {
  validate(config);
  model::require_data_dim(config);
  return config;
}

void run(const std::vector<model::Phase>& phases) {
  for (const model::Phase& phase : phases) phase.run();
}

void require_one_of_each(const Factors& factors, const Dataset& data) {
  const std::size_t names = factors.names.size(), levels = factors.levels.size();
  if (names > 0 && levels == names * static_cast<std::size_t>(data.rows())) return;
  throw Error(Errc::invalid_argument, "factors: " + std::to_string(levels) +
                                          " levels are not one for each of " + std::to_string(names) +
                                          " factors of " + std::to_string(data.rows()) + " rows");
}

std::span<const float> rows_of(std::span<const float> values, std::int64_t first, std::int64_t rows,
                               std::int32_t cols) {
  if (values.empty()) return {};
  return values.subspan(static_cast<std::size_t>(first * cols), static_cast<std::size_t>(rows * cols));
}

void append(std::vector<float>& all, const std::vector<float>& part) {
  all.insert(all.end(), part.begin(), part.end());
}

}  // namespace

Vae::Impl::Impl(const ModelConfig& model_config, const Device& wanted)
    : config(usable(model_config)),
      backend(make_backend(wanted, {.products = Products::independent_rows})),
      device(backend->device()),
      layout(config),
      parameters(*backend, layout, model::Arenas::values) {}

model::Network& Vae::Impl::network_for(std::int64_t rows) {
  // A GPU may choose another algorithm for another number of rows, so there is one number.
  const bool few = rows <= kFewRows && backend->reads_host_memory();
  std::unique_ptr<model::Network>& network = few ? small : large;
  if (!network) {
    network = std::make_unique<model::Network>(*backend, config, layout, parameters,
                                               few ? kFewRows : kManyRows, model::Use::inference);
  }
  return *network;
}

template <class Body>
void Vae::Impl::in_batches(std::int64_t rows, const Body& body) {
  model::Network& network = network_for(rows);
  for (std::int64_t first = 0; first < rows; first += network.rows()) {
    ops::StepState state;
    state.pass.active_rows = static_cast<std::int32_t>(std::min(network.rows(), rows - first));
    network.set_state(state);
    body(network, first, std::int64_t{state.pass.active_rows});
  }
}

std::int64_t Vae::Impl::count_rows(std::span<const float> values, std::int32_t cols, const char* what) const {
  if (values.empty() || values.size() % static_cast<std::size_t>(cols) != 0) {
    throw Error(Errc::invalid_argument, std::string(what) + ": " + std::to_string(values.size()) +
                                            " values are no whole number of rows of " + std::to_string(cols));
  }
  return static_cast<std::int64_t>(values.size()) / cols;
}

Vae::Vae(const ModelConfig& config, std::uint64_t seed, const Device& device)
    : impl_(std::make_unique<Impl>(config, device)) {
  impl_->parameters.upload(impl_->parameters.arenas().parameters,
                           model::initial_parameters(impl_->layout, impl_->config, seed));
}

Vae::Vae(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Vae::Vae(Vae&&) noexcept = default;
Vae& Vae::operator=(Vae&&) noexcept = default;
Vae::~Vae() = default;

Vae Vae::load(const std::string& path, const Device& device) {
  const train::ModelFile file = train::read_model(path);
  Vae vae(std::make_unique<Impl>(file.config, device));
  vae.set_parameters(file.parameters);
  vae.impl_->image = file.image;
  vae.impl_->metadata = file.metadata;
  return vae;
}

void Vae::save(const std::string& path, const std::map<std::string, std::string>& metadata) const {
  train::write_model(path, {impl_->config, impl_->image, parameters(), metadata});
}

const ModelConfig& Vae::config() const noexcept { return impl_->config; }
const Device& Vae::device() const noexcept { return impl_->device; }
ImageShape Vae::image() const noexcept { return impl_->image; }
void Vae::set_image(ImageShape image) noexcept { impl_->image = image; }
const std::map<std::string, std::string>& Vae::metadata() const noexcept { return impl_->metadata; }
std::int64_t Vae::parameter_count() const noexcept { return impl_->layout.parameter_count(); }

std::vector<Parameter> Vae::parameters() const {
  return impl_->layout.to_parameters(impl_->parameters.download(impl_->parameters.arenas().parameters));
}

void Vae::set_parameters(std::span<const Parameter> parameters) {
  impl_->parameters.upload(impl_->parameters.arenas().parameters, impl_->layout.from_parameters(parameters));
}

Latents Vae::encode(std::span<const float> x, std::span<const float> labels) {
  Latents latents;
  const std::int32_t cols = impl_->config.data_dim;
  const std::int64_t count = impl_->count_rows(x, cols, "encode");
  train::require_label_values(impl_->config, labels, count, "encode");
  impl_->in_batches(count, [&](model::Network& network, std::int64_t first, std::int64_t rows) {
    network.upload_rows({network.x(), rows_of(x, first, rows, cols)},
                        {network.labels_of_x(), rows_of(labels, first, rows, impl_->config.label_dim)});
    run(network.encode_phases());
    impl_->backend->bound_log_var(network.pass(), network.log_var(), network.log_var());
    append(latents.mean, network.download(network.mean(), rows));
    append(latents.log_var, network.download(network.log_var(), rows));
  });
  return latents;
}

std::vector<float> Vae::decode(std::span<const float> z, std::span<const float> labels) {
  std::vector<float> x;
  const std::int32_t cols = impl_->config.latent;
  const std::int64_t count = impl_->count_rows(z, cols, "decode");
  train::require_label_values(impl_->config, labels, count, "decode");
  impl_->in_batches(count, [&](model::Network& network, std::int64_t first, std::int64_t rows) {
    network.upload_rows({network.z(), rows_of(z, first, rows, cols)},
                        {network.labels_of_z(), rows_of(labels, first, rows, impl_->config.label_dim)});
    run(network.decode_phases());
    run(network.mean_phases());
    append(x, network.download(network.output(), rows));
  });
  return x;
}

std::vector<float> Vae::reconstruct(std::span<const float> x, std::span<const float> labels) {
  return decode(encode(x, labels).mean, labels);
}

std::vector<float> Vae::sample(std::int64_t n, std::uint64_t seed, std::int64_t first,
                               std::span<const float> labels) {
  constexpr std::int64_t kMost = std::int64_t{1} << 40;  // kernels/ops/noise.hpp
  if (n <= 0 || n > kMost)
    throw Error(Errc::invalid_argument,
                "sample: " + std::to_string(n) + " is no number of samples; give 1 to 2^40");
  if (first < 0 || first > kMost - n)
    throw Error(Errc::invalid_argument, "sample: " + std::to_string(first) +
                                            " is no place to begin at; samples go from 0 to 2^40 - 1");
  train::require_label_values(impl_->config, labels, n, "sample");
  std::vector<float> z;
  impl_->in_batches(n, [&](model::Network& network, std::int64_t begin, std::int64_t rows) {
    std::vector<std::int64_t> ids(static_cast<std::size_t>(network.rows()));
    std::iota(ids.begin(), ids.end(), first + begin);
    network.set_row_ids(ids);
    network.input().prior_noise = {seed, ops::Purpose::prior, 0};
    run(network.prior_phases());
    append(z, network.download(network.z(), rows));
  });
  return decode(z, labels);
}

Evaluation Vae::evaluate(const Dataset& data, const EvaluateOptions& options) {
  const Binarize binarize = options.binarize.value_or(impl_->config.binarize);
  if (binarize != Binarize::none && impl_->config.likelihood != Likelihood::bernoulli)
    throw Error(Errc::invalid_argument, "binarize: needs a model with a bernoulli likelihood; leave it out");
  train::require_fit(impl_->config, data, binarize);
  if (options.batch <= 0)
    throw Error(Errc::invalid_argument,
                "batch: " + std::to_string(options.batch) + " is no number of rows; give 1 or more");
  if (options.samples <= 0 || options.samples > kMostSamples)
    throw Error(Errc::invalid_argument, "samples: " + std::to_string(options.samples) +
                                            " is no number of draws; give 1 to " +
                                            std::to_string(kMostSamples));
  if (options.factors) require_one_of_each(*options.factors, data);
  const std::int64_t batch = std::min<std::int64_t>(options.batch, data.rows());
  if (!impl_->evaluator || impl_->evaluator->batch() != batch ||
      impl_->evaluator->most_samples() != options.samples) {
    impl_->evaluator = std::make_unique<train::Evaluator>(*impl_->backend, impl_->config, impl_->layout,
                                                          impl_->parameters, batch, options.samples);
  }
  const ops::RowOrder all{.total_rows = data.rows(), .rows = data.rows()};
  train::Feed feed(*impl_->backend, data, batch, batch);
  return impl_->evaluator->run(feed, {.order = all,
                                      .seed = options.seed,
                                      .binarize = binarize,
                                      .samples = options.samples,
                                      .information = train::Evaluator::Request::Information::mutual,
                                      .progress = options.progress,
                                      .row = options.row,
                                      .factors = options.factors});
}

}  // namespace cuvae
