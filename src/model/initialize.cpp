#include "src/model/initialize.hpp"

#include <algorithm>
#include <cmath>

#include "kernels/ops/noise.hpp"

namespace cuvae::model {
namespace {

// Half the width of the uniform distribution around 0: LeCun-style fan_in (PyTorch's nn.Linear), Glorot &
// Bengio (2010), He et al. (2015).
double bound(const Tensor& tensor, Initialization initialization) {
  if (tensor.role == Tensor::Role::log_var) return 0.0;
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

}  // namespace

std::vector<float> initial_parameters(const Layout& layout, const ModelConfig& config, std::uint64_t seed) {
  std::vector<float> arena(static_cast<std::size_t>(layout.size()), 0.0f);
  std::uint32_t index = 0;
  for (const Tensor& tensor : layout.tensors()) {
    const double half_width = bound(tensor, config.initialization);
    for (std::int64_t row = 0; row < tensor.rows && half_width > 0.0; ++row) {
      fill_uniform(arena.data() + tensor.offset + row * tensor.ld, tensor.cols, half_width, seed, index, row);
    }
    ++index;
  }
  return arena;
}

void set_output_bias(std::vector<float>& arena, const Layout& layout, Likelihood likelihood,
                     const std::vector<double>& column_means) {
  float* bias = arena.data() + layout.output().bias;
  for (std::size_t col = 0; col < column_means.size(); ++col) {
    const double mean = column_means[col];
    const double clipped = std::clamp(mean, 0.001, 0.999);
    bias[col] =
        static_cast<float>(likelihood == Likelihood::bernoulli ? std::log(clipped / (1.0 - clipped)) : mean);
  }
}

}  // namespace cuvae::model
