#include "model/reference_model.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>

namespace cuvae::test {
namespace {

double activate(Activation activation, double y) {
  switch (activation) {
    case Activation::relu:
      return std::max(y, 0.0);
    case Activation::tanh:
      return std::tanh(y);
    case Activation::gelu:
      return 0.5 * y * (1.0 + std::tanh(std::sqrt(2.0 / std::numbers::pi) * (y + 0.044715 * y * y * y)));
    case Activation::silu:
      return y / (1.0 + std::exp(-y));
    case Activation::softplus:
      return std::log1p(std::exp(y));
    case Activation::glu:
      return y;  // and the gate follows
  }
  throw std::logic_error("no such activation");
}

double bounded(double log_var) {
  if (std::abs(log_var) <= 10.0) return log_var;
  return std::copysign(10.0 + 5.0 * std::tanh((std::abs(log_var) - 10.0) / 5.0), log_var);
}

double bernoulli_nll(double logit, double x) {
  return std::max(logit, 0.0) - logit * x + std::log1p(std::exp(-std::abs(logit)));
}

double gaussian_nll(double mean, double log_var, double x) {
  return 0.5 * ((x - mean) * (x - mean) * std::exp(-log_var) + log_var + std::log(2.0 * std::numbers::pi));
}

double gaussian_nll(const Code& code, std::span<const double> z) {
  double sum = 0;
  for (std::size_t i = 0; i < z.size(); ++i) sum += gaussian_nll(code.mean[i], code.log_var[i], z[i]);
  return sum;
}

double continuous_bernoulli_nll(double logit, double x) {
  const double constant = logit == 0 ? 2 : logit / std::tanh(logit / 2);
  return bernoulli_nll(logit, x) - std::log(constant);
}

double laplace_nll(double location, double log_var, double x) {
  const double scale = std::sqrt(std::exp(log_var) / 2);
  return std::abs(x - location) / scale + std::log(2 * scale);
}

double sigmoid(double a) { return 1 / (1 + std::exp(-a)); }

double discretized_logistic_nll(double location, double log_var, double x) {
  const double scale = std::sqrt(3 * std::exp(log_var)) / std::numbers::pi;
  const double above = x > 254.5 / 255 ? 1 : sigmoid((x + 0.5 / 255 - location) / scale);
  const double below = x < 0.5 / 255 ? 0 : sigmoid((x - 0.5 / 255 - location) / scale);
  return -std::log(above - below);
}

double categorical_nll(std::span<const double> logits, std::span<const double> x) {
  double sum = 0, weight = 0, dot = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    sum += std::exp(logits[i]);
    weight += x[i];
    dot += x[i] * logits[i];
  }
  return weight * std::log(sum) - dot;
}

}  // namespace

Tensors as_doubles(const std::vector<Parameter>& parameters) {
  Tensors tensors;
  for (const Parameter& p : parameters) tensors[p.name].assign(p.values.begin(), p.values.end());
  return tensors;
}

ReferenceModel::Values ReferenceModel::dense(const std::string& name, std::span<const double> x) const {
  const Values& weight = tensors_.at(name + ".weight");
  Values y = tensors_.at(name + ".bias");
  const auto add = [&y](const Values& matrix, std::span<const double> values) {
    for (std::size_t out = 0; out < y.size(); ++out) {
      for (std::size_t in = 0; in < values.size(); ++in)
        y[out] += matrix[out * values.size() + in] * values[in];
    }
  };
  add(weight, x);
  if (const auto of_label = tensors_.find(name + ".label_weight"); of_label != tensors_.end())
    add(of_label->second, label_);
  return y;
}

ReferenceModel::Values ReferenceModel::hidden(const std::string& side, std::size_t layers,
                                              std::span<const double> x) const {
  Values h(x.begin(), x.end());
  for (std::size_t i = 0; i < layers; ++i) {
    const std::string layer = side + "." + std::to_string(i);
    const Values below = h;
    h = dense(layer, below);
    for (double& value : h) value = activate(config_.activation, value);
    if (config_.activation != Activation::glu) continue;
    const Values gate = dense(layer + ".gate", below);
    for (std::size_t unit = 0; unit < h.size(); ++unit) h[unit] *= sigmoid(gate[unit]);
  }
  return h;
}

Code ReferenceModel::encode(std::span<const double> x) const {
  return head("encoder", hidden("encoder", config_.encoder_hidden.size(), x));
}

Code ReferenceModel::head(const std::string& name, std::span<const double> h) const {
  Code code{dense(name + ".mean", h), dense(name + ".log_var", h)};
  for (double& value : code.log_var) value = bounded(value);
  return code;
}

std::vector<double> ReferenceModel::decode(std::span<const double> z) const {
  return dense("decoder.output", hidden("decoder", config_.decoder_hidden.size(), z));
}

std::vector<double> ReferenceModel::mean(std::span<const double> output) const {
  Values mean(output.begin(), output.end());
  for (std::size_t col = 0; col < mean.size(); ++col) {
    const double l = output[col];
    if (config_.likelihood == Likelihood::bernoulli) mean[col] = sigmoid(l);
    if (config_.likelihood == Likelihood::continuous_bernoulli) mean[col] = 1 / (1 - std::exp(-l)) - 1 / l;
    if (config_.likelihood != Likelihood::categorical) continue;
    const auto group = static_cast<std::size_t>(config_.categories);
    double sum = 0;
    for (const double logit : output.subspan(col / group * group, group)) sum += std::exp(logit);
    mean[col] = std::exp(l) / sum;
  }
  return mean;
}

double ReferenceModel::output_log_var(std::size_t column) const {
  switch (config_.variance) {
    case Variance::fixed:
      return std::log(config_.fixed_variance);
    case Variance::shared:
      return bounded(tensors_.at("decoder.log_var").at(0));
    case Variance::per_dimension:
      return bounded(tensors_.at("decoder.log_var").at(column));
  }
  throw std::logic_error("no such variance");
}

ReferenceModel::Values ReferenceModel::draw(std::span<const double> x, std::span<const double> eps) const {
  const Code code = encode(x);
  Values z = code.mean;
  for (std::size_t i = 0; i < z.size(); ++i) z[i] += std::exp(0.5 * code.log_var[i]) * eps[i];
  return z;
}

RowLoss ReferenceModel::loss(std::span<const double> x, std::span<const double> eps) const {
  const Code code = encode(x);
  RowLoss loss{nll(decode(draw(x, eps)), x), 0};
  for (std::size_t i = 0; i < eps.size(); ++i) {
    const double mean = code.mean[i], log_var = code.log_var[i];
    loss.kl += 0.5 * (mean * mean + std::exp(log_var) - 1.0 - log_var);
  }
  return loss;
}

double ReferenceModel::log_prior(std::span<const double> z) const {
  if (config_.prior == Prior::standard) return -gaussian_nll(Code{Values(z.size()), Values(z.size())}, z);
  double density = 0;
  for (std::size_t c = 0; c < static_cast<std::size_t>(config_.prior_components); ++c)
    density += std::exp(-gaussian_nll(component(c), z)) / config_.prior_components;
  return std::log(density);
}

Code ReferenceModel::component(std::size_t number) const {
  const auto row_of = [&](const char* tensor, std::int32_t length) {
    const auto size = static_cast<std::size_t>(length);
    const auto begin = tensors_.at(tensor).begin() + static_cast<std::ptrdiff_t>(number * size);
    return Values(begin, begin + length);
  };
  if (config_.prior == Prior::vamp) {
    Values u = row_of("prior.inputs", config_.data_dim);
    const bool any_value =
        config_.likelihood == Likelihood::gaussian || config_.likelihood == Likelihood::laplace;
    for (double& value : u) value = any_value ? value : std::clamp(value, 0.0, 1.0);
    return encode(u);
  }
  Code code{row_of("prior.mean", config_.latent), row_of("prior.log_var", config_.latent)};
  for (double& value : code.log_var) value = bounded(value);
  return code;
}

Code ReferenceModel::above(std::span<const double> z) const {
  return head("top_encoder", hidden("top_encoder", config_.top_hidden.size(), z));
}

Code ReferenceModel::below(std::span<const double> z2) const {
  return head("top_decoder", hidden("top_decoder", config_.top_hidden.size(), z2));
}

double ReferenceModel::kl_of_top(std::span<const double> z, std::span<const double> eps) const {
  const Code code = above(z);
  Values z2 = code.mean;
  for (std::size_t i = 0; i < z2.size(); ++i) z2[i] += std::exp(0.5 * code.log_var[i]) * eps[i];
  return -gaussian_nll(code, z2) + gaussian_nll(Code{Values(z2.size()), Values(z2.size())}, z2) +
         gaussian_nll(below(z2), z);
}

RowLoss ReferenceModel::loss_of_draw(std::span<const double> x, const Epsilon& eps, const Code& code) const {
  const Values z = draw(x, eps.z);
  const double log_q = -gaussian_nll(code, z);
  return {nll(decode(z), x), log_q + (config_.top_latent > 0 ? kl_of_top(z, eps.top) : -log_prior(z))};
}

double ReferenceModel::nll(std::span<const double> output, std::span<const double> x) const {
  const auto group = static_cast<std::size_t>(config_.categories);
  double sum = 0;
  for (std::size_t col = 0; col < x.size(); ++col) {
    switch (config_.likelihood) {
      case Likelihood::bernoulli:
        sum += bernoulli_nll(output[col], x[col]);
        break;
      case Likelihood::gaussian:
        sum += gaussian_nll(output[col], output_log_var(col), x[col]);
        break;
      case Likelihood::continuous_bernoulli:
        sum += continuous_bernoulli_nll(output[col], x[col]);
        break;
      case Likelihood::laplace:
        sum += laplace_nll(output[col], output_log_var(col), x[col]);
        break;
      case Likelihood::discretized_logistic:
        sum += discretized_logistic_nll(output[col], output_log_var(col), x[col]);
        break;
      case Likelihood::categorical:
        if (col % group == 0) sum += categorical_nll(output.subspan(col, group), x.subspan(col, group));
        break;
    }
  }
  return sum;
}

std::vector<double> normals(const ops::NoiseSource& source, std::uint32_t step, std::int64_t row,
                            std::int32_t count) {
  std::vector<double> values;
  for (std::int32_t col = 0; col < count; ++col) {
    const ops::PhiloxBlock block =
        ops::noise_block(source.seed, source.purpose, step, row, source.sample, col / 4);
    const int half = col % 4 / 2 * 2;
    const double radius = ops::uniform_above_zero(block.x[half]), angle = ops::uniform(block.x[half + 1]);
    const auto [first, second] = ops::box_muller(radius, angle);
    values.push_back(col % 2 == 0 ? first : second);
  }
  return values;
}

}  // namespace cuvae::test
