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

}  // namespace

Tensors as_doubles(const std::vector<Parameter>& parameters) {
  Tensors tensors;
  for (const Parameter& p : parameters) tensors[p.name].assign(p.values.begin(), p.values.end());
  return tensors;
}

ReferenceModel::Values ReferenceModel::dense(const std::string& name, std::span<const double> x) const {
  const Values& weight = tensors_.at(name + ".weight");
  Values y = tensors_.at(name + ".bias");
  for (std::size_t out = 0; out < y.size(); ++out) {
    for (std::size_t in = 0; in < x.size(); ++in) y[out] += weight[out * x.size() + in] * x[in];
  }
  return y;
}

ReferenceModel::Values ReferenceModel::hidden(const std::string& side, std::size_t layers,
                                              std::span<const double> x) const {
  Values h(x.begin(), x.end());
  for (std::size_t i = 0; i < layers; ++i) {
    h = dense(side + "." + std::to_string(i), h);
    for (double& value : h) value = activate(config_.activation, value);
  }
  return h;
}

Code ReferenceModel::encode(std::span<const double> x) const {
  const Values h = hidden("encoder", config_.encoder_hidden.size(), x);
  Code code{dense("encoder.mean", h), dense("encoder.log_var", h)};
  for (double& value : code.log_var) value = bounded(value);
  return code;
}

std::vector<double> ReferenceModel::decode(std::span<const double> z) const {
  return dense("decoder.output", hidden("decoder", config_.decoder_hidden.size(), z));
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

RowLoss ReferenceModel::loss(std::span<const double> x, std::span<const double> eps) const {
  const Code code = encode(x);
  RowLoss loss;
  Values z = code.mean;
  for (std::size_t i = 0; i < z.size(); ++i) {
    const double mean = code.mean[i], log_var = code.log_var[i];
    z[i] += std::exp(0.5 * log_var) * eps[i];
    loss.kl += 0.5 * (mean * mean + std::exp(log_var) - 1.0 - log_var);
  }
  const Values output = decode(z);
  for (std::size_t col = 0; col < x.size(); ++col) {
    loss.nll += config_.likelihood == Likelihood::bernoulli
                    ? bernoulli_nll(output[col], x[col])
                    : gaussian_nll(output[col], output_log_var(col), x[col]);
  }
  return loss;
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
