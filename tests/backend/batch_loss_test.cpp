// Total correlation and discrepancy, through a backend, against plain loops in double over pairs of rows.
#include <algorithm>

#include "backend/batch.hpp"
#include "backend/on_each_machine.hpp"

namespace cuvae::test {
namespace {

class BatchLoss : public OnEachMachine {};
INSTANTIATE_TEST_SUITE_P(On, BatchLoss, testing::ValuesIn(machines()), machine_name);

TEST_P(BatchLoss, CountsPairsAsTheirEstimateOfTheAggregateDoes) {
  const auto on = backend();
  for (const Shape& shape : kBatches) {
    for (const auto weights :
         {ops::PairWeights::uniform, ops::PairWeights::minibatch, ops::PairWeights::stratified}) {
      SCOPED_TRACE(name_of(shape) + ", weights " + std::to_string(static_cast<int>(weights)));
      const Batch batch(*on, shape);
      Values numbers;
      for (std::size_t row = 0; row < batch.rows; ++row) numbers.push_back(static_cast<float>(row));
      const Tensor numbers_in(*on, shape.rows, 1, numbers), costs = batch.vector(batch.rows * batch.rows);
      on->pair_costs(batch.pass(), weights, numbers_in.matrix(), costs.data());
      const Values computed = costs.values();
      expect_zeros_beyond(batch, computed, "cost");
      for (std::size_t i = 0; i < batch.active; ++i) {
        double sum = 0;  // of the weights
        for (std::size_t j = 0; j < batch.rows; ++j) {
          const double cost = wide(computed[i * batch.rows + j]);
          EXPECT_NEAR(cost, cost_of_pair(weights, i, j, batch), 1e-5 + 1e-6 * std::abs(cost))
              << i << ", " << j;
          sum += std::exp(-cost) / static_cast<double>(batch.rows);
        }
        EXPECT_NEAR(sum, weights == ops::PairWeights::minibatch ? 1 / wide(kDataRows) : 1, 1e-5);
      }
      EXPECT_TRUE(costs.surroundings_are_untouched());
    }
  }
}

// z, and the posteriors of the same rows: each dimension's -log N(z_i; mean_j, exp(log_var_j)) and its
// gradients.
struct Posteriors {
  explicit Posteriors(Batch& on)
      : batch(on), z(on.draw({-1, 1})), mean(on.draw({-1, 1})), log_var(on.draw({-3, 3})) {}

  struct Dimension {
    double nll, size;  // size: what the nll's rounding is of
    double d_z, d_log_var;
  };
  [[nodiscard]] Dimension at(std::size_t i, std::size_t j, std::size_t d) const {
    const ops::Bounded<double> v = ops::soft_bound(wide(log_var[j * batch.cols + d]));
    const double difference = wide(z[i * batch.cols + d]) - wide(mean[j * batch.cols + d]),
                 square = difference * difference / std::exp(v.value);
    return {0.5 * (square + v.value + std::log(2 * M_PI)), 0.5 * (square + std::abs(v.value)) + 1,
            difference / std::exp(v.value), 0.5 * (1 - square) * v.derivative};
  }

  Batch& batch;
  Values z, mean, log_var;
};

// With gradients of each z, and of each posterior over all z.
struct Gradients {
  explicit Gradients(const Batch& batch)
      : d_z(batch.rows * batch.cols), d_mean(batch.rows * batch.cols), d_log_var(batch.rows * batch.cols) {}

  void add(const Batch& batch, std::size_t i, std::size_t j, std::size_t d, double factor, double slack,
           const Posteriors::Dimension& of) {
    d_z[i * batch.cols + d] += {factor * of.d_z, slack * std::abs(factor * of.d_z)};
    d_mean[j * batch.cols + d] += {-factor * of.d_z, slack * std::abs(factor * of.d_z)};
    d_log_var[j * batch.cols + d] += {factor * of.d_log_var, slack * std::abs(factor) * (of.size + 1)};
  }

  std::vector<Expected> d_z, d_mean, d_log_var;
};

class GradientTensors {
 public:
  explicit GradientTensors(const Batch& batch)
      : d_z(batch.matrix()), d_mean(batch.matrix()), d_log_var(batch.matrix()) {}

  void expect(const Batch& batch, const Gradients& wanted) const {
    expect_all_close(d_z.values(), wanted.d_z, "d_z");
    expect_all_close(d_mean.values(), wanted.d_mean, "d_mean");
    expect_all_close(d_log_var.values(), wanted.d_log_var, "d_log_var");
    for (const Tensor* tensor : {&d_z, &d_mean, &d_log_var}) {
      expect_zeros_beyond(batch, tensor->values(), "gradient");
      expect_clean(*tensor);
    }
  }

  Tensor d_z, d_mean, d_log_var;
};

constexpr float kFactor = 5;  // large, so that rounding is not below the floor of what may differ

TEST_P(BatchLoss, EstimatesEachMarginalAndItsGradients) {
  const auto on = backend();
  for (const Shape& shape : kBatches) {
    for (const auto weights : {ops::PairWeights::minibatch, ops::PairWeights::stratified}) {
      SCOPED_TRACE(name_of(shape) + ", weights " + std::to_string(static_cast<int>(weights)));
      Batch batch(*on, shape);
      const Posteriors q(batch);
      const Values costs = costs_of_pairs(weights, batch);
      const Tensor z = batch.matrix(q.z), mean = batch.matrix(q.mean), log_var = batch.matrix(q.log_var),
                   costs_in = batch.vector(costs), densities = batch.matrix(),
                   sums = batch.vector(Values(batch.rows, 7.0f));
      const Backend::Mixture mixture{
          .mean = mean.matrix(), .log_var = log_var.matrix(), .costs = costs_in.data(), .factor = kFactor};
      const GradientTensors gradients(batch);
      on->dimension_densities(batch.pass(), z.matrix(), mixture, densities.matrix(), sums.data());
      on->dimensions_backward(batch.pass(), z.matrix(), mixture, densities.matrix(), gradients.d_z.matrix(),
                              gradients.d_mean.matrix(), gradients.d_log_var.matrix());

      const double scale = wide(kFactor) * batch.kl_weight() * batch.row_weight();
      std::vector<Expected> wanted(batch.rows * batch.cols), wanted_sums(batch.rows, {7, 7});
      Gradients wanted_gradients(batch);
      for (std::size_t i = 0; i < batch.active; ++i) {
        for (std::size_t d = 0; d < batch.cols; ++d) {
          Expected& density = wanted[i * batch.cols + d];
          for (std::size_t j = 0; j < batch.active; ++j) {
            const auto [nll, size, d_z, d_log_var] = q.at(i, j, d);
            const double cost = wide(costs[i * batch.rows + j]);
            density += of_exponential(std::exp(-nll - cost), size + std::abs(cost));
          }
          const double mean_density = density.value / static_cast<double>(batch.rows);
          wanted_sums[i] +=
              {std::log(mean_density), 1 + std::abs(std::log(density.value)) + density.slack / density.value};
          for (std::size_t j = 0; j < batch.active; ++j) {
            const Posteriors::Dimension of = q.at(i, j, d);
            const double cost = wide(costs[i * batch.rows + j]),
                         share = std::exp(-of.nll - cost) / density.value;
            wanted_gradients.add(batch, i, j, d, scale * share,
                                 2 + of.size + std::abs(cost) + density.slack / density.value, of);
          }
        }
      }
      expect_all_close(densities.values(), wanted, "density");
      expect_all_close(sums.values(), wanted_sums, "sum");
      expect_zeros_beyond(batch, densities.values(), "density");
      expect_clean(densities);
      gradients.expect(batch, wanted_gradients);
      EXPECT_TRUE(sums.surroundings_are_untouched());
    }
  }
}

// The mixture of all posteriors, its pairs not in equal parts, and a factor that is negative.
TEST_P(BatchLoss, EstimatesTheAggregateAndItsGradients) {
  const auto on = backend();
  for (const Shape& shape : kBatches) {
    for (const auto weights : {ops::PairWeights::minibatch, ops::PairWeights::stratified}) {
      SCOPED_TRACE(name_of(shape) + ", weights " + std::to_string(static_cast<int>(weights)));
      Batch batch(*on, shape);
      const Posteriors q(batch);
      const Values costs = costs_of_pairs(weights, batch);
      const std::size_t pairs = batch.rows * batch.rows;
      const Tensor z = batch.matrix(q.z), mean = batch.matrix(q.mean), log_var = batch.matrix(q.log_var),
                   costs_in = batch.vector(costs), pair_nll = batch.vector(pairs),
                   shares = batch.vector(pairs), values = batch.vector(batch.rows);
      Backend::Mixture mixture{mean.matrix(), log_var.matrix(), pair_nll.data(),
                               shares.data(), costs_in.data(),  -kFactor};
      const GradientTensors gradients(batch);
      on->mixture_density(batch.pass(), z.matrix(), mixture, values.data(), ops::RowLoss::overwrite);
      on->mixture_backward(batch.pass(), z.matrix(), mixture, nullptr, gradients.d_z.matrix(),
                           gradients.d_mean.matrix(), gradients.d_log_var.matrix());

      const double scale = -wide(kFactor) * batch.kl_weight() * batch.row_weight();
      std::vector<Expected> wanted(batch.rows);
      Gradients wanted_gradients(batch);
      for (std::size_t i = 0; i < batch.active; ++i) {
        std::vector<double> nll(batch.active), size(batch.active);
        for (std::size_t j = 0; j < batch.active; ++j) {
          nll[j] = wide(costs[i * batch.rows + j]);
          size[j] = std::abs(nll[j]);
          for (std::size_t d = 0; d < batch.cols; ++d)
            nll[j] += q.at(i, j, d).nll, size[j] += q.at(i, j, d).size;
        }
        const double least = *std::ranges::min_element(nll), largest = *std::ranges::max_element(size);
        double sum = 0;
        for (const double one : nll) sum += std::exp(least - one);
        wanted[i] = {least - std::log(sum / static_cast<double>(batch.rows)), largest + 1};
        for (std::size_t j = 0; j < batch.active; ++j) {
          const double share = std::exp(least - nll[j]) / sum;
          for (std::size_t d = 0; d < batch.cols; ++d)
            wanted_gradients.add(batch, i, j, d, scale * share, 2 + 2 * largest, q.at(i, j, d));
        }
      }
      expect_all_close(values.values(), wanted, "-log q");
      expect_zeros_beyond(batch, values.values(), "-log q");
      expect_zeros_beyond(batch, shares.values(), "share");
      gradients.expect(batch, wanted_gradients);
      EXPECT_TRUE(values.surroundings_are_untouched() && shares.surroundings_are_untouched());
    }
  }
}

TEST_P(BatchLoss, WeighsTheTotalCorrelationOfEachRow) {
  const auto on = backend();
  for (const Shape& shape : kBatches) {
    SCOPED_TRACE(name_of(shape));
    Batch batch(*on, shape);
    const Values correlation = batch.draw_one_each(kValue);
    const Tensor values = batch.vector(correlation);
    on->weigh_total_correlation(batch.pass(), kFactor, values.data(), shape.rows);
    std::vector<Expected> wanted;
    for (const float one : correlation) {
      const double value = -wide(kFactor) * batch.kl_weight() * wide(one);
      wanted.push_back({value, std::abs(value)});
    }
    expect_all_close(values.values(), wanted, "value");
    expect_clean(values);
  }
}

// The last active row lies so far from all others that its kernels vanish.
TEST_P(BatchLoss, ComparesRowsByTheirKernelAndItsGradient) {
  const auto on = backend();
  for (const Shape& shape : kBatches) {
    SCOPED_TRACE(name_of(shape));
    Batch batch(*on, shape);
    Values a = batch.draw(kValue);
    const Values b = batch.draw(kValue), costs = costs_of_pairs(ops::PairWeights::uniform, batch);
    if (batch.active > 1) {
      for (std::size_t d = 0; d < batch.cols; ++d) a[(batch.active - 1) * batch.cols + d] += 50;
    }
    const std::size_t pairs = batch.rows * batch.rows;
    const Tensor a_in = batch.matrix(a), b_in = batch.matrix(b), costs_in = batch.vector(costs),
                 distances = batch.vector(pairs), kernels = batch.vector(pairs),
                 means = batch.vector(batch.rows), d_a = batch.matrix();
    const Backend::Kernel kernel{costs_in.data(), distances.data(), kernels.data()};
    on->kernel_means(batch.pass(), a_in.matrix(), b_in.matrix(), kernel, means.data());
    on->kernel_backward(batch.pass(), a_in.matrix(), b_in.matrix(), kernel, -kFactor, d_a.matrix());

    const double width = static_cast<double>(batch.cols);
    std::vector<Expected> wanted_means(batch.active), wanted_kernels(pairs), wanted_d_a(a.size());
    for (std::size_t i = 0; i < batch.active; ++i) {
      for (std::size_t j = 0; j < batch.active; ++j) {
        double distance = 0;
        const auto difference = [&](std::size_t d) {
          return wide(a[i * batch.cols + d]) - wide(b[j * batch.cols + d]);
        };
        for (std::size_t d = 0; d < batch.cols; ++d) distance += difference(d) * difference(d);
        const double exponent = distance / (2 * width),
                     part = std::exp(-exponent) / static_cast<double>(batch.active);
        wanted_means[i] += of_exponential(part, 2 * exponent + 10);  // weights are relative to their sum
        wanted_kernels[i * batch.rows + j] = of_exponential(part, 2 * exponent + 10);
        for (std::size_t d = 0; d < batch.cols; ++d) {
          const double term = wide(-kFactor) * batch.row_weight() * part * -difference(d) / width;
          wanted_d_a[i * batch.cols + d] += of_exponential(term, 2 * exponent + 10);
        }
      }
    }
    Values of_active = means.values();
    of_active.resize(batch.active);
    expect_all_close(of_active, wanted_means, "mean");
    expect_all_close(kernels.values(), wanted_kernels, "kernel");
    expect_all_close(d_a.values(), wanted_d_a, "d_a");
    expect_zeros_beyond(batch, kernels.values(), "kernel");
    expect_zeros_beyond(batch, d_a.values(), "d_a");
    expect_clean(d_a);
    EXPECT_TRUE(distances.surroundings_are_untouched() && kernels.surroundings_are_untouched() &&
                means.surroundings_are_untouched());
  }
}

// From latents to each row's part, which is nothing where a row is not active.
TEST_P(BatchLoss, MeasuresTheDiscrepancyOfTwoBatches) {
  const auto on = backend();
  for (const Shape& shape : kBatches) {
    SCOPED_TRACE(name_of(shape));
    Batch batch(*on, shape);
    const Values z = batch.draw(kValue), p = batch.draw({-1, 1});
    const std::size_t pairs = batch.rows * batch.rows;
    const Tensor z_in = batch.matrix(z), p_in = batch.matrix(p),
                 costs = batch.vector(costs_of_pairs(ops::PairWeights::uniform, batch)),
                 distances = batch.vector(pairs), kernels = batch.vector(pairs);
    const Tensor of_z = batch.vector(batch.rows), of_p = batch.vector(batch.rows),
                 of_both = batch.vector(batch.rows), values = batch.vector(batch.rows);
    const Backend::Kernel kernel{costs.data(), distances.data(), kernels.data()};
    on->kernel_means(batch.pass(), z_in.matrix(), z_in.matrix(), kernel, of_z.data());
    on->kernel_means(batch.pass(), p_in.matrix(), p_in.matrix(), kernel, of_p.data());
    on->kernel_means(batch.pass(), z_in.matrix(), p_in.matrix(), kernel, of_both.data());
    on->discrepancy(batch.pass(), kFactor, of_z.data(), of_p.data(), of_both.data(), values.data(),
                    shape.rows);

    const auto mean_kernel = [&](const Values& a, std::size_t i, const Values& b) {
      double sum = 0;
      for (std::size_t j = 0; j < batch.active; ++j) {
        double distance = 0;
        for (std::size_t d = 0; d < batch.cols; ++d)
          distance += std::pow(wide(a[i * batch.cols + d]) - wide(b[j * batch.cols + d]), 2);
        sum += std::exp(-distance / (2 * static_cast<double>(batch.cols)));
      }
      return sum / static_cast<double>(batch.active);
    };
    std::vector<Expected> wanted(batch.rows);
    for (std::size_t i = 0; i < batch.active; ++i) {
      const double zz = mean_kernel(z, i, z), pp = mean_kernel(p, i, p), zp = mean_kernel(z, i, p);
      wanted[i] = {wide(kFactor) * (zz + pp - 2 * zp), 10 * wide(kFactor) * (zz + pp + 2 * zp)};
    }
    expect_all_close(values.values(), wanted, "part");
    expect_zeros_beyond(batch, values.values(), "part");
    expect_clean(values);
  }
}

}  // namespace
}  // namespace cuvae::test
