#include "src/model/layout.hpp"

#include <algorithm>

#include "cuvae/error.hpp"
#include "kernels/ops/row_op.hpp"
#include "src/config/likelihood.hpp"

namespace cuvae::model {

using ops::padded;

void require_data_dim(const ModelConfig& config) {
  if (config.data_dim > 0) return;
  throw Error(Errc::invalid_argument,
              "data_dim: " + std::to_string(config.data_dim) +
                  " is no number of values in a row; set it to the data set's cols()");
}

std::int32_t beside_labels(const ModelConfig& config, std::int32_t width) {
  return config.label_dim == 0 ? width : padded(width) + padded(config.label_dim);
}

DenseWeights DenseSlot::weights(const ParameterArenas& arenas) const {
  auto* products = static_cast<std::byte*>(arenas.products);
  const std::int64_t size = ops::size_of(arenas.product_element);
  return {{products + weight * size, out, static_cast<std::int32_t>(in), in, arenas.product_element},
          arenas.parameters + bias,
          products + bias * size};
}

DenseWeights DenseSlot::gradients(const ParameterArenas& arenas) const {
  return {{arenas.gradients + weight, out, static_cast<std::int32_t>(in), in}, arenas.gradients + bias};
}

Layout::Layout(const ModelConfig& config) {
  const auto last = [](const std::vector<std::int32_t>& widths, Below otherwise) {
    return widths.empty() ? otherwise : Below{widths.back()};
  };
  const Below x{config.data_dim, config.label_dim}, z{config.latent, config.label_dim};
  encoder_ = add_hidden("encoder", config.encoder_hidden, x, config.activation);
  head_ = add_dense({"encoder.mean", "encoder.log_var"}, config.latent, last(config.encoder_hidden, x));
  decoder_ = add_hidden("decoder", config.decoder_hidden, z, config.activation);
  output_ = add_dense({"decoder.output"}, config.data_dim, last(config.decoder_hidden, z));
  if (config::learns_variance(config)) {
    const std::int64_t length = config.variance == Variance::shared ? 1 : config.data_dim;
    log_var_ = reserve(padded(length));
    tensors_.push_back({"decoder.log_var", Tensor::Role::log_var, log_var_, 1, length, padded(length), 0, 0});
  }
  if (config.top_latent > 0) add_top(config);
  if (config.prior != Prior::standard) add_prior(config);
}

std::vector<DenseSlot> Layout::add_hidden(const std::string& name, const std::vector<std::int32_t>& widths,
                                          Below below, Activation activation) {
  std::vector<DenseSlot> slots;
  for (std::size_t i = 0; i < widths.size(); ++i) {
    std::vector<std::string> names{name + "." + std::to_string(i)};
    if (activation == Activation::glu) names.push_back(names[0] + ".gate");
    slots.push_back(add_dense(names, widths[i], below));
    below = {widths[i]};
  }
  return slots;
}

void Layout::add_top(const ModelConfig& config) {
  const std::vector<std::int32_t> up = config.top_hidden, down(up.rbegin(), up.rend());
  top_.encoder = add_hidden("top_encoder", up, {config.latent}, config.activation);
  top_.head = add_dense({"top_encoder.mean", "top_encoder.log_var"}, config.top_latent,
                        {up.empty() ? config.latent : up.back()});
  top_.decoder = add_hidden("top_decoder", down, {config.top_latent}, config.activation);
  top_.prior_head = add_dense({"top_decoder.mean", "top_decoder.log_var"}, config.latent,
                              {down.empty() ? config.top_latent : down.back()});
}

void Layout::add_prior(const ModelConfig& config) {
  prior_rows_ = config.prior_components;
  if (config.prior == Prior::vamp) {
    prior_cols_ = config.data_dim;
    const std::int64_t ld = padded(std::int64_t{prior_cols_});
    prior_ = reserve(prior_rows_ * ld);
    tensors_.push_back({"prior.inputs", Tensor::Role::inputs, prior_, prior_rows_, prior_cols_, ld, 0, 0});
    return;
  }
  const std::int64_t half = padded(std::int64_t{config.latent}), ld = 2 * half;
  prior_cols_ = static_cast<std::int32_t>(ld);
  prior_ = reserve(prior_rows_ * ld);
  tensors_.push_back({"prior.mean", Tensor::Role::means, prior_, prior_rows_, config.latent, ld, 0, 0});
  tensors_.push_back(
      {"prior.log_var", Tensor::Role::log_var, prior_ + half, prior_rows_, config.latent, ld, 0, 0});
}

Matrix Layout::prior(float* arena) const {
  return {arena + prior_, prior_rows_, prior_cols_, padded(std::int64_t{prior_cols_})};
}

std::int64_t Layout::reserve(std::int64_t floats) {
  const std::int64_t offset = size_;
  size_ += (floats + 63) / 64 * 64;
  return offset;
}

DenseSlot Layout::add_dense(const std::vector<std::string>& names, std::int64_t out_each, Below below) {
  const std::int64_t rows = padded(out_each), behind = padded(below.width);
  const std::int64_t ld = behind + padded(below.labels), in = below.width + below.labels;
  const std::int64_t count = static_cast<std::int64_t>(names.size());
  DenseSlot slot{reserve(count * rows * ld), reserve(count * rows), count * rows, ld};
  for (std::int64_t i = 0; i < count; ++i) {
    const std::string& name = names[static_cast<std::size_t>(i)];
    const std::int64_t weight = slot.weight + i * rows * ld;
    tensors_.push_back(
        {name + ".weight", Tensor::Role::weight, weight, out_each, below.width, ld, in, out_each});
    if (below.labels > 0)
      tensors_.push_back({name + ".label_weight", Tensor::Role::weight, weight + behind, out_each,
                          below.labels, ld, in, out_each});
    tensors_.push_back(
        {name + ".bias", Tensor::Role::bias, slot.bias + i * rows, 1, out_each, rows, in, out_each});
  }
  return slot;
}

std::int64_t Layout::parameter_count() const {
  std::int64_t count = 0;
  for (const Tensor& tensor : tensors_) count += tensor.rows * tensor.cols;
  return count;
}

std::string Layout::name_at(std::int64_t offset) const {
  for (const Tensor& tensor : tensors_) {
    const std::int64_t at = offset - tensor.offset;
    if (at >= 0 && at / tensor.ld < tensor.rows && at % tensor.ld < tensor.cols) return tensor.name;
  }
  return "the arena's padding";
}

std::vector<Parameter> Layout::to_parameters(const std::vector<float>& arena) const {
  std::vector<Parameter> parameters;
  for (const Tensor& tensor : tensors_) {
    Parameter parameter{tensor.name, tensor.shape(), {}};
    parameter.values.reserve(static_cast<std::size_t>(tensor.rows * tensor.cols));
    for (std::int64_t row = 0; row < tensor.rows; ++row) {
      const auto begin = arena.begin() + tensor.offset + row * tensor.ld;
      parameter.values.insert(parameter.values.end(), begin, begin + tensor.cols);
    }
    parameters.push_back(std::move(parameter));
  }
  return parameters;
}

std::vector<float> Layout::from_parameters(std::span<const Parameter> parameters) const {
  std::vector<float> arena(static_cast<std::size_t>(size_), 0.0f);
  if (parameters.size() != tensors_.size()) {
    throw Error(Errc::invalid_argument, "parameters: " + std::to_string(parameters.size()) +
                                            " tensors given, the model has " +
                                            std::to_string(tensors_.size()));
  }
  for (std::size_t i = 0; i < tensors_.size(); ++i) {
    const Tensor& tensor = tensors_[i];
    const auto given = std::find_if(parameters.begin(), parameters.end(),
                                    [&](const Parameter& p) { return p.name == tensor.name; });
    const auto count = static_cast<std::size_t>(tensor.rows * tensor.cols);
    if (given == parameters.end() || given->shape != tensor.shape() || given->values.size() != count) {
      throw Error(Errc::invalid_argument, "parameters: tensor '" + tensor.name +
                                              "' is missing or has another shape than the model's");
    }
    for (std::int64_t row = 0; row < tensor.rows; ++row) {
      std::copy_n(given->values.begin() + row * tensor.cols, tensor.cols,
                  arena.begin() + tensor.offset + row * tensor.ld);
    }
  }
  return arena;
}

}  // namespace cuvae::model
