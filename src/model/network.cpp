#include "src/model/network.hpp"

#include <cmath>

#include "kernels/ops/soft_bound.hpp"
#include "src/config/likelihood.hpp"
#include "src/config/prior.hpp"

namespace cuvae::model {

Network::Network(Backend& backend, const ModelConfig& config, const Layout& layout,
                 const Parameters& parameters, std::int64_t rows, Use use, const Sampling& sampling)
    : backend_(&backend),
      config_(config),
      layout_(&layout),
      arenas_(parameters.arenas()),
      rows_(rows),
      sampling_(sampling),
      state_buffer_(backend.allocate(sizeof(ops::StepState))),
      ids_buffer_(backend.allocate(rows * static_cast<std::int64_t>(sizeof(std::int64_t)))),
      buffers_(backend, plan_network(config, rows, use, sampling, forms_of(backend))),
      state_(reinterpret_cast<ops::StepState*>(state_buffer_.get())),
      row_ids_(reinterpret_cast<std::int64_t*>(ids_buffer_.get())),
      x_(columns(buffers_.matrix("x"), 0, config.data_dim)),
      product_x_(columns(buffers_.matrix("product_x"), 0, config.data_dim)),
      labels_of_x_(labels_behind(x_, config.data_dim)),
      head_(buffers_.matrix("head")),
      mean_(halves(head_, config.latent).mean),
      log_var_(halves(head_, config.latent).log_var),
      z_(columns(buffers_.matrix("z"), 0, config.latent)),
      labels_of_z_(labels_behind(z_, config.latent)),
      output_(buffers_.matrix("output")),
      d_output_(buffers_.matrix("gradient of output")),
      d_head_(buffers_.matrix("d_head")),
      d_below_decoder_(buffers_.matrix("d_z")),
      d_z_(columns(d_below_decoder_, 0, config.latent)),
      d_output_log_var_(buffers_.matrix("d_output_log_var")),
      row_nll_(buffers_.vector("row_nll")),
      row_kl_(buffers_.vector("row_kl")),
      weights_(buffers_.vector("weights")),
      row_objective_(buffers_.vector("row_objective")),
      output_log_var_(buffers_.vector("output_log_var")),
      d_output_log_var_row_(buffers_.vector("d_output_log_var_row")) {
  set_state({});
  if (d_output_.data == nullptr) d_output_ = output_;
  if (!config::has_standard_prior(config)) sampling_.kl.prior = LatentKl::Prior::elsewhere;
  const Matrix read_x = product_x_.data == nullptr ? x_ : product_x_;
  const Matrix scratch[2] = {buffers_.matrix("d_hidden.0"), buffers_.matrix("d_hidden.1")};
  encoder_ = Chain(backend, arenas_, pass(), buffers_, "encoder", layout.encoder(), config.activation,
                   {"encoder head", layout.head(), read_x, head_, {scratch[0], scratch[1]}});
  decoder_ = Chain(backend, arenas_, sample_pass(), buffers_, "decoder", layout.decoder(), config.activation,
                   {"decoder.output", layout.output(), z_, output_, {scratch[0], scratch[1]}});
  prior_ = make_prior({backend_,
                       &config_,
                       layout_,
                       arenas_,
                       sample_pass(),
                       z_,
                       d_z_,
                       row_kl_,
                       weights_,
                       &input_.latent_noise,
                       &input_.prior_noise,
                       {scratch[0], scratch[1]}},
                      buffers_);
  batch_loss_ = make_batch_loss(
      {backend_, pass(), sampling_.batch, mean_, log_var_, z_, d_z_, d_head_, &input_.latent_noise},
      buffers_);
  if (batch_loss_) sampling_.kl.gates = batch_loss_->gates();
  bind_output_variance();
}

Backend::RowLosses Network::losses() const {
  const BatchLoss::Extra extra = batch_loss_ ? batch_loss_->extra() : BatchLoss::Extra{};
  return {row_nll_, row_kl_, row_objective_, rows_, extra.values, extra.count};
}

void Network::bind_output_variance() {
  if (config_.variance == Variance::per_dimension && layout_->log_var() >= 0) {
    output_log_var_ = arenas_.parameters + layout_->log_var();
  } else if (config_.variance == Variance::fixed) {
    const double raw = ops::before_soft_bound(std::log(config_.fixed_variance));
    const std::vector<float> row(static_cast<std::size_t>(config_.data_dim), static_cast<float>(raw));
    backend_->upload(output_log_var_, row.data(), static_cast<std::int64_t>(row.size() * sizeof(float)));
  }
}

std::vector<Phase> Network::load_phases() {
  std::vector<Phase> phases{{"load rows, scale, binarize", [this] {
                               backend_->load_input(pass(), input_.source, input_.gather, input_.binarize,
                                                    input_.binarize_noise, x_, product_x_);
                             }}};
  if (config_.label_dim == 0) return phases;
  phases.push_back({"load labels", [this] {
                      backend_->load_input(pass(), input_.labels, Backend::Gather::by_row_id, Binarize::none,
                                           {}, labels_of_x_, labels_behind(product_x_, config_.data_dim));
                    }});
  phases.push_back({"labels beside the samples",
                    [this] { backend_->copy_rows(sample_pass(), labels_of_x_, labels_of_z_); }});
  return phases;
}

Matrix Network::labels_behind(Matrix whole, std::int32_t width) const {
  if (config_.label_dim == 0 || whole.data == nullptr) return {};
  return columns(whole, ops::padded(width), config_.label_dim);
}

std::vector<Phase> Network::encode_phases() { return encoder_.forward(); }
std::vector<Phase> Network::decode_phases() { return decoder_.forward(); }

std::vector<Phase> Network::prior_phases() {
  if (prior_) return prior_->sample();
  return {{"prior: sample z", [this] { backend_->sample_prior(pass(), input_.prior_noise, z_); }}};
}

std::vector<Phase> Network::sample_phases() {
  std::vector<Phase> phases{{"latent: sample z, KL", [this] {
                               backend_->sample_latent(sample_pass(), sampling_.kl, mean_, log_var_,
                                                       input_.latent_noise, z_, row_kl_);
                             }}};
  if (prior_) append(phases, prior_->forward());
  return phases;
}

std::vector<Phase> Network::loss_phases() {
  std::vector<Phase> phases;
  if (config::learns_variance(config_) && config_.variance == Variance::shared) {
    phases.push_back({"decoder.log_var: one for all", [this] {
                        backend_->broadcast(pass(), arenas_.parameters + layout_->log_var(), output_log_var_,
                                            config_.data_dim);
                      }});
  }
  const std::string title(config::traits_of(config_.likelihood).title);
  phases.push_back({title + " likelihood and its gradient", [this] {
                      backend_->nll(sample_pass(), config_.likelihood,
                                    {.output = output_,
                                     .x = x_,
                                     .log_var = output_log_var_,
                                     .categories = config_.categories,
                                     .d_output = d_output_,
                                     .d_log_var = d_output_log_var_,
                                     .row_nll = row_nll_});
                    }});
  if (sampling_.weighting == Weighting::importance) weigh_samples(phases);
  if (batch_loss_) append(phases, batch_loss_->forward());
  return phases;
}

std::vector<Phase> Network::mean_phases() {
  return {{"mean of p(x|z)", [this] {
             backend_->likelihood_mean(sample_pass(), config_.likelihood, config_.categories, output_);
           }}};
}

void Network::weigh_samples(std::vector<Phase>& phases) {
  phases.push_back({"importance weights of the samples", [this] {
                      backend_->weigh_samples(sample_pass(), row_nll_, row_kl_, rows_, weights_,
                                              row_objective_);
                    }});
  phases.push_back({"likelihood's gradient times the weights", [this] {
                      backend_->scale_rows(sample_pass(), d_output_, weights_);
                      if (d_output_log_var_.data != nullptr)
                        backend_->scale_rows(sample_pass(), d_output_log_var_, weights_);
                    }});
}

void Network::variance_backward(std::vector<Phase>& phases, GradientMode mode) {
  if (d_output_log_var_.data == nullptr) return;
  float* gradient = arenas_.gradients + layout_->log_var();
  if (config_.variance == Variance::per_dimension) {
    phases.push_back({"decoder.log_var: gradient", [this, gradient, mode] {
                        backend_->column_sum(pass(), d_output_log_var_, gradient, mode);
                      }});
    return;
  }
  phases.push_back({"decoder.log_var: gradient", [this, gradient, mode] {
                      backend_->column_sum(pass(), d_output_log_var_, d_output_log_var_row_,
                                           GradientMode::overwrite);
                      backend_->total(pass(), d_output_log_var_row_, config_.data_dim, gradient, mode);
                    }});
}

std::vector<Phase> Network::backward_phases(GradientMode mode) {
  std::vector<Phase> phases;
  variance_backward(phases, mode);
  append(phases, decoder_.backward(d_output_, d_below_decoder_, mode));
  if (prior_) append(phases, prior_->backward(mode));
  if (batch_loss_) append(phases, batch_loss_->to_latent());
  phases.push_back({"latent: backward, epsilon redrawn", [this] {
                      const auto [d_mean, d_log_var] = halves(d_head_, config_.latent);
                      backend_->latent_backward(sample_pass(), sampling_.kl, mean_, log_var_, d_z_, weights_,
                                                input_.latent_noise, d_mean, d_log_var);
                    }});
  if (batch_loss_) append(phases, batch_loss_->to_head());
  append(phases, encoder_.backward(d_head_, Matrix{}, mode));
  if (prior_) append(phases, prior_->after_encoder(mode));
  return phases;
}

}  // namespace cuvae::model
