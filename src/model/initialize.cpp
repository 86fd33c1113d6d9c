#include "src/model/initialize.hpp"

#include <algorithm>
#include <cmath>

#include "kernels/ops/continuous_bernoulli_nll.hpp"
#include "kernels/ops/noise.hpp"
#include "src/config/likelihood.hpp"

namespace cuvae::model {
namespace {

// Half the width of the uniform distribution around 0: LeCun-style fan_in (PyTorch's nn.Linear), Glorot &
// Bengio (2010), He et al. (2015).
double bound(const Tensor& tensor, Initialization initialization) {
  if (tensor.role == Tensor::Role::log_var) return 0.0;
  if (tensor.role == Tensor::Role::means) return std::sqrt(3.0);  // of variance 1, as N(0, I)
  if (tensor.role == Tensor::Role::inputs) return 0.5;
  const double in = static_cast<double>(tensor.fan_in), out = static_cast<double>(tensor.fan_out);
  if (initialization == Initialization::fan_in) return 1.0 / std::sqrt(in);
  if (tensor.role == Tensor::Role::bias) return 0.0;
  return std::sqrt(6.0 / (initialization == Initialization::glorot ? in + out : in));
}

void fill_uniform(float* row, std::int64_t cols, double half_width, std::uint64_t seed, std::uint32_t tensor,
                  std::int64_t row_index) {
  for (std::int64_t col = 0; col < cols; ++col) {
    const ops::PhiloxBlock block = ops::noise_block(seed, ops::Purpose::initialize, tensor, row_index, 0,
                                                    static_cast<std::int32_t>(col / 4));
    const double u = static_cast<double>(ops::uniform(block.x[col % 4]));
    row[col] = static_cast<float>(half_width * (2.0 * u - 1.0));
  }
}

// The logit of a continuous Bernoulli of this mean, which rises with it.
double continuous_logit(double mean) {
  double low = -200, high = 200;
  for (int halving = 0; halving < 60; ++halving) {
    const double middle = 0.5 * (low + high);
    (ops::ContinuousBernoulli<double>(middle).mean() < mean ? low : high) = middle;
  }
  return low;
}

double output_bias(Likelihood likelihood, double mean) {
  const double clipped = std::clamp(mean, 0.001, 0.999);
  switch (likelihood) {
    case Likelihood::bernoulli:
      return std::log(clipped / (1.0 - clipped));
    case Likelihood::continuous_bernoulli:
      return continuous_logit(std::clamp(mean, 0.01, 0.99));
    case Likelihood::categorical:
      return std::log(clipped);
    case Likelihood::gaussian:
    case Likelihood::laplace:
    case Likelihood::discretized_logistic:
      return mean;
  }
  return mean;
}

}  // namespace

std::vector<float> initial_parameters(const Layout& layout, const ModelConfig& config, std::uint64_t seed) {
  std::vector<float> arena(static_cast<std::size_t>(layout.size()), 0.0f);
  std::uint32_t index = 0;
  for (const Tensor& tensor : layout.tensors()) {
    const double half_width = bound(tensor, config.initialization);
    for (std::int64_t row = 0; row < tensor.rows && half_width > 0.0; ++row) {
      float* const values = arena.data() + tensor.offset + row * tensor.ld;
      fill_uniform(values, tensor.cols, half_width, seed, index, row);
      if (tensor.role != Tensor::Role::inputs) continue;
      for (std::int64_t col = 0; col < tensor.cols; ++col) values[col] += 0.5f;  // in [0, 1]
    }
    ++index;
  }
  return arena;
}

void set_output_bias(std::vector<float>& arena, const Layout& layout, Likelihood likelihood,
                     const std::vector<double>& column_means) {
  float* bias = arena.data() + layout.output().bias;
  for (std::size_t col = 0; col < column_means.size(); ++col) {
    bias[col] = static_cast<float>(output_bias(likelihood, column_means[col]));
  }
}

void set_prior_input(std::vector<float>& arena, const Layout& layout, Likelihood likelihood,
                     std::int64_t input, std::span<const float> row) {
  const float inwards = config::traits_of(likelihood).needs_unit_interval ? 0.01f : 0.0f;
  const Matrix inputs = layout.prior(arena.data());
  float* values = inputs.floats() + input * inputs.ld;
  for (std::size_t col = 0; col < row.size(); ++col) values[col] = row[col] + inwards * (1 - 2 * row[col]);
}

}  // namespace cuvae::model
