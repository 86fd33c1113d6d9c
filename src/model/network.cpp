#include "src/model/network.hpp"

#include <cmath>

#include "kernels/ops/row_op.hpp"
#include "kernels/ops/soft_bound.hpp"

namespace cuvae::model {
namespace {

// Rounded up, so that every buffer begins at a multiple of 256.
std::int64_t bytes_of(const NetworkPlan::Item& item) {
  return (item.rows * ops::padded(item.cols) * ops::size_of(item.element) + 255) / 256 * 256;
}

}  // namespace

std::int64_t NetworkPlan::bytes() const {
  std::int64_t total = 0;
  for (const Item& item : items) total += bytes_of(item);
  return total;
}

Network::Network(Backend& backend, const ModelConfig& config, const Layout& layout,
                 const Parameters& parameters, std::int64_t rows, Use use)
    : backend_(&backend),
      config_(config),
      layout_(&layout),
      arenas_(parameters.arenas()),
      rows_(rows),
      plan_(plan_network(config, rows, use, forms_of(backend))),
      buffer_(backend.allocate(plan_.bytes())),
      state_buffer_(backend.allocate(sizeof(ops::StepState))),
      ids_buffer_(backend.allocate(rows * static_cast<std::int64_t>(sizeof(std::int64_t)))) {
  state_ = reinterpret_cast<ops::StepState*>(state_buffer_.get());
  row_ids_ = reinterpret_cast<std::int64_t*>(ids_buffer_.get());
  set_state({});
  bind_buffers();
}

Matrix Network::matrix(const std::string& name) const {
  std::int64_t offset = 0;
  for (const NetworkPlan::Item& item : plan_.items) {
    if (item.name == name)
      return {buffer_.get() + offset, item.rows, item.cols, ops::padded(item.cols), item.element};
    offset += bytes_of(item);
  }
  return {};
}

Matrix Network::columns(Matrix whole, std::int64_t first, std::int32_t cols) const {
  auto* data = static_cast<std::byte*>(whole.data);
  if (data != nullptr) data += first * ops::size_of(whole.element);
  return {data, whole.rows, cols, whole.ld, whole.element};
}

std::vector<Network::Layer> Network::bind_hidden(const std::string& side, const std::vector<DenseSlot>& slots,
                                                 Matrix input) const {
  std::vector<Layer> chain;
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const std::string name = side + "." + std::to_string(i);
    chain.push_back({name,
                     slots[i],
                     layer_function(config_.activation),
                     input,
                     {matrix(name), matrix(name + ".input"), matrix(name + ".mask")}});
    input = chain.back().activations.output;
  }
  return chain;
}

void Network::bind_buffers() {
  x_ = matrix("x"), product_x_ = matrix("product_x"), head_ = matrix("head"), z_ = matrix("z");
  output_ = matrix("output"), d_output_ = matrix("gradient of output");
  if (d_output_.data == nullptr) d_output_ = output_;
  mean_ = columns(head_, 0, config_.latent);
  log_var_ = columns(head_, head_.ld / 2, config_.latent);
  row_nll_ = matrix("row_nll").floats(), row_kl_ = matrix("row_kl").floats();
  d_head_ = matrix("d_head"), d_z_ = matrix("d_z");
  d_hidden_[0] = matrix("d_hidden.0"), d_hidden_[1] = matrix("d_hidden.1");
  d_output_log_var_ = matrix("d_output_log_var");
  d_output_log_var_row_ = matrix("d_output_log_var_row").floats();

  const Matrix read_x = product_x_.data == nullptr ? x_ : product_x_;
  encoder_ = bind_hidden("encoder", layout_->encoder(), read_x);
  encoder_.push_back({"encoder head",
                      layout_->head(),
                      LayerFunction::identity,
                      encoder_.empty() ? read_x : encoder_.back().activations.output,
                      {head_, {}, {}}});
  decoder_ = bind_hidden("decoder", layout_->decoder(), z_);
  decoder_.push_back({"decoder.output",
                      layout_->output(),
                      LayerFunction::identity,
                      decoder_.empty() ? z_ : decoder_.back().activations.output,
                      {output_, {}, {}}});

  output_log_var_ = matrix("output_log_var").floats();
  if (config_.variance == Variance::per_dimension && layout_->log_var() >= 0) {
    output_log_var_ = arenas_.parameters + layout_->log_var();
  } else if (config_.variance == Variance::fixed) {
    const double raw = ops::before_soft_bound(std::log(config_.fixed_variance));
    const std::vector<float> row(static_cast<std::size_t>(config_.data_dim), static_cast<float>(raw));
    backend_->upload(output_log_var_, row.data(), static_cast<std::int64_t>(row.size() * sizeof(float)));
  }
}

std::vector<Phase> Network::load_phases() {
  return {{"load rows, scale, binarize", [this] {
             backend_->load_input(pass(), input_.source, input_.gather, input_.binarize,
                                  input_.binarize_noise, x_, product_x_);
           }}};
}

std::vector<Phase> Network::forward(const std::vector<Layer>& chain) {
  std::vector<Phase> phases;
  for (const Layer& layer : chain) {
    phases.push_back({layer.name + ": product, bias, activation", [this, layer] {
                        backend_->dense_forward(pass(), layer.input, layer.slot.weights(arenas_),
                                                layer.function, layer.activations);
                      }});
  }
  return phases;
}

std::vector<Phase> Network::encode_phases() { return forward(encoder_); }
std::vector<Phase> Network::decode_phases() { return forward(decoder_); }

std::vector<Phase> Network::sample_phases() {
  return {{"latent: sample z, KL",
           [this] { backend_->sample_latent(pass(), mean_, log_var_, input_.latent_noise, z_, row_kl_); }}};
}

std::vector<Phase> Network::loss_phases() {
  if (config_.likelihood == Likelihood::bernoulli) {
    return {{"Bernoulli likelihood and its gradient",
             [this] { backend_->bernoulli_nll(pass(), output_, x_, d_output_, row_nll_); }}};
  }
  std::vector<Phase> phases;
  if (config_.variance == Variance::shared) {
    phases.push_back({"decoder.log_var: one for all", [this] {
                        backend_->broadcast(pass(), arenas_.parameters + layout_->log_var(), output_log_var_,
                                            config_.data_dim);
                      }});
  }
  phases.push_back({"Gaussian likelihood and its gradient", [this] {
                      backend_->gaussian_nll(pass(), output_, x_, output_log_var_, d_output_,
                                             d_output_log_var_, row_nll_);
                    }});
  return phases;
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

void Network::backward(std::vector<Phase>& phases, const std::vector<Layer>& chain, Matrix d_y,
                       Matrix d_input, GradientMode mode) {
  for (std::size_t i = chain.size(); i-- > 0;) {
    const Layer layer = chain[i];
    phases.push_back({layer.name + ": gradients of weight and bias", [this, layer, d_y, mode] {
                        backend_->dense_backward_weights(pass(), d_y, layer.input,
                                                         layer.slot.gradients(arenas_), mode);
                      }});
    const Layer below = i > 0 ? chain[i - 1] : Layer{};
    Matrix d_x = d_input;
    if (i > 0) {
      const Matrix h = below.activations.output;
      d_x = {d_hidden_[i % 2].data, rows_, h.cols, h.ld, h.element};
    }
    if (d_x.data == nullptr) return;
    phases.push_back({layer.name + ": gradient of the input", [this, layer, d_y, below, d_x] {
                        backend_->dense_backward_input(pass(), d_y, layer.slot.weights(arenas_),
                                                       below.function, below.activations, d_x);
                      }});
    d_y = d_x;
  }
}

std::vector<Phase> Network::backward_phases(GradientMode mode) {
  std::vector<Phase> phases;
  variance_backward(phases, mode);
  backward(phases, decoder_, d_output_, d_z_, mode);
  phases.push_back({"latent: backward, epsilon redrawn", [this] {
                      const Matrix d_mean = columns(d_head_, 0, config_.latent);
                      const Matrix d_log_var = columns(d_head_, d_head_.ld / 2, config_.latent);
                      backend_->latent_backward(pass(), mean_, log_var_, d_z_, input_.latent_noise, d_mean,
                                                d_log_var);
                    }});
  backward(phases, encoder_, d_head_, Matrix{}, mode);
  return phases;
}

}  // namespace cuvae::model
