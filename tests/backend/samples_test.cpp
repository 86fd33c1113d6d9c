// Several samples to a row: what the loops read, draw and sum for them, against the ops in double.
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "backend/on_each_machine.hpp"
#include "support/row_op_run.hpp"

namespace cuvae::test {
namespace {

class Samples : public OnEachMachine {};
INSTANTIATE_TEST_SUITE_P(On, Samples, testing::ValuesIn(machines()), machine_name);

struct Drawn {
  std::int64_t rows, active_rows;
  std::int32_t samples, cols;
  [[nodiscard]] std::int64_t all() const { return rows * samples; }
};

constexpr LatentKl kSampled{.form = LatentKl::Form::sampled};

constexpr Drawn kShapes[] = {{1, 1, 2, 1},   {5, 5, 1, 13},  {5, 3, 3, 50},   {9, 9, 33, 8},
                             {3, 2, 70, 24}, {4, 4, 5, 130}, {130, 130, 2, 7}};

std::string name_of(const Drawn& shape) {
  return std::to_string(shape.rows) + " rows (" + std::to_string(shape.active_rows) + " active) of " +
         std::to_string(shape.samples) + " samples, " + std::to_string(shape.cols) + " columns";
}

std::size_t index(std::int64_t row, std::int32_t col, const Drawn& shape) {
  return static_cast<std::size_t>(row * shape.cols + col);
}

// The noise of a sample by the contract: the row's, with the sample's number.
double noise_of(const Drawn& shape, std::int64_t row, std::int32_t sample, std::int32_t col) {
  ops::NoiseSource source = kNoiseSource;
  source.sample += static_cast<std::uint32_t>(sample);
  return noise_at(ops::Noise::normal, source, table_state().step,
                  some_row_ids(shape.rows)[static_cast<std::size_t>(row)], col);
}

// A pass over so many rows, and operands with one row for each of them or for each sample.
struct Operands {
  Operands(Backend& on, const Drawn& shape)
      : backend(on), pass_(on, state(shape), some_row_ids(shape.rows)), shape_(shape) {}

  [[nodiscard]] PassContext pass() const {
    PassContext context = pass_.context();
    context.samples = shape_.samples;
    return context;
  }
  [[nodiscard]] std::vector<float> of_rows(const Input& input) {
    return draws_.floats(shape_.rows * shape_.cols, input);
  }
  [[nodiscard]] std::vector<float> of_samples(const Input& input) {
    return draws_.floats(shape_.all() * shape_.cols, input);
  }
  [[nodiscard]] std::vector<float> one_each(const Input& input) { return draws_.floats(shape_.all(), input); }
  [[nodiscard]] Tensor tensor(const std::vector<float>& values) const {
    return {backend, static_cast<std::int64_t>(values.size()) / shape_.cols, shape_.cols, values};
  }
  [[nodiscard]] Tensor vector(const std::vector<float>& values) const {
    return {backend, 1, static_cast<std::int32_t>(values.size()), values};
  }

  static ops::StepState state(const Drawn& shape) {
    ops::StepState state = table_state();
    state.pass.active_rows = static_cast<std::int32_t>(shape.active_rows);
    return state;
  }

  Backend& backend;

 private:
  Pass pass_;
  Drawn shape_;
  Draws draws_{71};
};

void expect_close(float actual, const Expected& expected, double tolerance, const char* what,
                  std::int64_t row) {
  ASSERT_TRUE(is_close(static_cast<double>(actual), expected, tolerance))
      << what << " of row " << row << ": " << actual << " instead of " << expected.value;
}

TEST_P(Samples, AreDrawnWithTheirOwnNoiseFromTheirRow) {
  const auto on = backend();
  for (const Drawn& shape : kShapes) {
    SCOPED_TRACE(name_of(shape));
    Operands operands(*on, shape);
    const auto mean = operands.of_rows(kValue), log_var = operands.of_rows(kLogVar);
    const Tensor mean_in = operands.tensor(mean), log_var_in = operands.tensor(log_var);
    const Tensor z(*on, shape.all(), shape.cols);
    const Tensor kl(*on, 1, static_cast<std::int32_t>(shape.all()));
    on->sample_latent(operands.pass(), kSampled, mean_in.matrix(), log_var_in.matrix(), kNoiseSource,
                      z.matrix(), kl.data());
    const auto drawn = z.values(), row_kl = kl.values();
    for (std::int64_t at = 0; at < shape.all(); ++at) {
      const std::int64_t row = at / shape.samples;
      const auto sample = static_cast<std::int32_t>(at % shape.samples);
      Expected wanted_kl;
      for (std::int32_t col = 0; col < shape.cols; ++col) {
        Expected wanted;
        if (row < shape.active_rows) {
          const double in[] = {static_cast<double>(mean[index(row, col, shape)]),
                               static_cast<double>(log_var[index(row, col, shape)])};
          const auto term = expected_term(ops::SampleLatentAlone{}, in, noise_of(shape, row, sample, col));
          wanted = term[0];
          wanted_kl += term[1];
        }
        expect_close(drawn[index(at, col, shape)], wanted, 2e-6, "z", at);
      }
      expect_close(row_kl[static_cast<std::size_t>(at)], wanted_kl, 2e-6, "KL", at);
    }
    EXPECT_TRUE(z.padding_is_zero() && z.surroundings_are_untouched() && kl.surroundings_are_untouched());
  }
}

template <ops::SampleGradient kGradient>
void check_backward(Backend& on, const Drawn& shape) {
  const LatentKl kl{.form = LatentKl::Form::sampled, .gradient = kGradient};
  Operands operands(on, shape);
  const auto mean = operands.of_rows(kValue), log_var = operands.of_rows({-4, 4}),
             d_z = operands.of_samples(kGradient == ops::SampleGradient::doubly ? kValue : test::kGradient),
             weights = operands.one_each({0, 1});
  const Tensor mean_in = operands.tensor(mean), log_var_in = operands.tensor(log_var),
               d_z_in = operands.tensor(d_z), weights_in = operands.vector(weights);
  const Tensor d_mean(on, shape.rows, shape.cols), d_log_var(on, shape.rows, shape.cols);
  on.latent_backward(operands.pass(), kl, mean_in.matrix(), log_var_in.matrix(), d_z_in.matrix(),
                     weights_in.data(), kNoiseSource, d_mean.matrix(), d_log_var.matrix());
  const auto unweighted = ops::bind(ops::LatentAloneBackward<kGradient>{}, Operands::state(shape));
  for (std::int64_t row = 0; row < shape.rows; ++row) {
    for (std::int32_t col = 0; col < shape.cols; ++col) {
      Expected wanted[2];
      for (std::int32_t sample = 0; row < shape.active_rows && sample < shape.samples; ++sample) {
        const std::int64_t at = row * shape.samples + sample;
        const double in[] = {static_cast<double>(mean[index(row, col, shape)]),
                             static_cast<double>(log_var[index(row, col, shape)]),
                             static_cast<double>(d_z[index(at, col, shape)])};
        const auto term = expected_term(unweighted.of_row(weights[static_cast<std::size_t>(at)]), in,
                                        noise_of(shape, row, sample, col));
        wanted[0] += term[0];
        wanted[1] += term[1];
      }
      expect_close(d_mean.values()[index(row, col, shape)], wanted[0], 2e-6, "d_mean", row);
      expect_close(d_log_var.values()[index(row, col, shape)], wanted[1], 2e-6, "d_log_var", row);
    }
  }
  EXPECT_TRUE(d_mean.padding_is_zero() && d_mean.surroundings_are_untouched());
  EXPECT_TRUE(d_log_var.padding_is_zero() && d_log_var.surroundings_are_untouched());
}

TEST_P(Samples, GiveTheirRowTheSumOfTheirGradients) {
  const auto on = backend();
  for (const Drawn& shape : kShapes) {
    if (shape.rows > 100) continue;
    SCOPED_TRACE(name_of(shape));
    check_backward<ops::SampleGradient::total>(*on, shape);
    check_backward<ops::SampleGradient::path>(*on, shape);
    check_backward<ops::SampleGradient::doubly>(*on, shape);
  }
}

TEST_P(Samples, ShareTheDataOfTheirRow) {
  const auto on = backend();
  for (const Drawn& shape : kShapes) {
    SCOPED_TRACE(name_of(shape));
    Operands operands(*on, shape);
    const auto logits = operands.of_samples(kLogit), x = operands.of_rows(kProbability);
    const Tensor logits_in = operands.tensor(logits), x_in = operands.tensor(x);
    const Tensor nll(*on, 1, static_cast<std::int32_t>(shape.all()));
    on->nll(operands.pass(), Likelihood::bernoulli,
            {.output = logits_in.matrix(),
             .x = x_in.matrix(),
             .d_output = logits_in.matrix(),
             .row_nll = nll.data()});
    const auto row_nll = nll.values();
    for (std::int64_t at = 0; at < shape.all(); ++at) {
      const std::int64_t row = at / shape.samples;
      Expected wanted;
      for (std::int32_t col = 0; row < shape.active_rows && col < shape.cols; ++col) {
        const double in[] = {static_cast<double>(logits[index(at, col, shape)]),
                             static_cast<double>(x[index(row, col, shape)])};
        wanted += expected_term(ops::BernoulliNll{}, in, 0)[1];
      }
      expect_close(row_nll[static_cast<std::size_t>(at)], wanted, 1e-6, "NLL", at);
    }
  }
}

TEST_P(Samples, ShareTheGroupsOfTheirRow) {
  const auto on = backend();
  const Drawn shape{4, 3, 3, 10};
  Operands operands(*on, shape);
  const auto logits = operands.of_samples(kValue), x = operands.of_rows(kProbability);
  const Tensor logits_in = operands.tensor(logits), x_in = operands.tensor(x),
               d(*on, shape.all(), shape.cols);
  const Tensor nll(*on, 1, static_cast<std::int32_t>(shape.all()));
  on->nll(operands.pass(), Likelihood::categorical,
          {.output = logits_in.matrix(),
           .x = x_in.matrix(),
           .categories = 5,
           .d_output = d.matrix(),
           .row_nll = nll.data()});
  const auto row_nll = nll.values();
  for (std::int64_t at = 0; at < shape.all(); ++at) {
    const std::int64_t row = at / shape.samples;
    double wanted = 0;
    for (std::int32_t begin = 0; row < shape.active_rows && begin < shape.cols; begin += 5) {
      double sum = 0, weight = 0;
      for (std::int32_t col = begin; col < begin + 5; ++col) {
        const double logit = static_cast<double>(logits[index(at, col, shape)]),
                     value = static_cast<double>(x[index(row, col, shape)]);
        sum += std::exp(logit), weight += value, wanted -= value * logit;
      }
      wanted += weight * std::log(sum);
    }
    EXPECT_NEAR(static_cast<double>(row_nll[static_cast<std::size_t>(at)]), wanted, 1e-4) << "row " << at;
  }
}

TEST_P(Samples, AreWeighedByTheShareOfTheirLogWeight) {
  const auto on = backend();
  for (const Drawn& shape : kShapes) {
    SCOPED_TRACE(name_of(shape));
    Operands operands(*on, shape);
    const auto nll = operands.one_each({600, 615}), kl = operands.one_each({10, 20});
    const Tensor nll_in = operands.vector(nll), kl_in = operands.vector(kl);
    const Tensor weights(*on, 1, static_cast<std::int32_t>(shape.all()));
    const Tensor objective(*on, 1, static_cast<std::int32_t>(shape.rows));
    on->weigh_samples(operands.pass(), nll_in.data(), kl_in.data(), shape.rows, weights.data(),
                      objective.data());
    const double kl_weight = static_cast<double>(Operands::state(shape).pass.kl_weight);
    const auto computed = weights.values(), bounds = objective.values();
    for (std::int64_t row = 0; row < shape.rows; ++row) {
      std::vector<double> w;
      for (std::int32_t s = 0; s < shape.samples; ++s) {
        const auto at = static_cast<std::size_t>(row * shape.samples + s);
        w.push_back(std::exp(600 - static_cast<double>(nll[at]) - kl_weight * static_cast<double>(kl[at])));
      }
      const double sum = std::accumulate(w.begin(), w.end(), 0.0);
      const bool active = row < shape.active_rows;
      for (std::size_t s = 0; s < w.size(); ++s) {
        const std::size_t at = static_cast<std::size_t>(row) * w.size() + s;
        EXPECT_NEAR(static_cast<double>(computed[at]), active ? w[s] / sum : 0, 1e-4) << "row " << row;
      }
      const double wanted = active ? 600 - std::log(sum / shape.samples) : 0;
      EXPECT_NEAR(static_cast<double>(bounds[static_cast<std::size_t>(row)]), wanted, 1e-3);
    }
    EXPECT_TRUE(weights.surroundings_are_untouched() && objective.surroundings_are_untouched());
  }
}

TEST_P(Samples, OfOneRowWeighOne) {
  const auto on = backend();
  const Drawn shape{3, 3, 1, 8};
  Operands operands(*on, shape);
  const Tensor nll = operands.vector(operands.one_each({0, 900})), kl = operands.vector({1, 2, 3});
  const Tensor weights(*on, 1, 3), objective(*on, 1, 3);
  on->weigh_samples(operands.pass(), nll.data(), kl.data(), 3, weights.data(), objective.data());
  EXPECT_EQ(weights.values(), std::vector<float>(3, 1.0f));
}

TEST_P(Samples, WithALogWeightThatIsNoNumberSpoilTheirRow) {
  const auto on = backend();
  const Drawn shape{2, 2, 40, 8};
  Operands operands(*on, shape);
  auto values = operands.one_each({80, 90});
  values[37] = std::numeric_limits<float>::quiet_NaN();
  const Tensor nll = operands.vector(values), kl = operands.vector(operands.one_each({1, 2}));
  const Tensor weights(*on, 1, 80), objective(*on, 1, 2);
  on->weigh_samples(operands.pass(), nll.data(), kl.data(), 2, weights.data(), objective.data());
  EXPECT_TRUE(std::isnan(objective.values()[0]));
  EXPECT_TRUE(std::isnan(weights.values()[0]));
  EXPECT_TRUE(std::isfinite(objective.values()[1]));
}

// Three components, and a fourth far away.
TEST_P(Samples, OfALearnedPriorGetItsDensityAndGradients) {
  const auto on = backend();
  constexpr std::int32_t kComponents = 4;
  for (const Drawn& shape : {Drawn{3, 2, 2, 5}, Drawn{5, 5, 1, 40}}) {
    SCOPED_TRACE(name_of(shape));
    Operands operands(*on, shape);
    const auto z = operands.of_samples({-1, 1}), weights = operands.one_each({0, 1});
    Draws draws(72);
    auto mean = draws.floats(kComponents * shape.cols, {-1, 1});
    const auto log_var = draws.floats(kComponents * shape.cols, {-1, 1});
    for (std::int32_t col = 0; col < shape.cols; ++col) mean[index(3, col, shape)] += 30;
    const Tensor z_in = operands.tensor(z), mean_in = operands.tensor(mean),
                 log_var_in = operands.tensor(log_var), weights_in = operands.vector(weights);
    const auto pairs = static_cast<std::int32_t>(shape.all() * kComponents);
    const Tensor pair_nll(*on, 1, pairs), shares(*on, 1, pairs), d_z(*on, shape.all(), shape.cols),
        d_mean(*on, kComponents, shape.cols), d_log_var(*on, kComponents, shape.cols);
    const Tensor row_kl = operands.vector(std::vector<float>(static_cast<std::size_t>(shape.all()), 7.0f));
    const Backend::Mixture mixture{mean_in.matrix(), log_var_in.matrix(), pair_nll.data(), shares.data()};
    on->mixture_density(operands.pass(), z_in.matrix(), mixture, row_kl.data());
    on->mixture_backward(operands.pass(), z_in.matrix(), mixture, weights_in.data(), d_z.matrix(),
                         d_mean.matrix(), d_log_var.matrix());
    const ops::StepState state = Operands::state(shape);
    const double scale = static_cast<double>(state.pass.kl_weight * state.pass.row_weight);
    std::vector<double> wanted_mean(mean.size()), wanted_log_var(mean.size());
    for (std::int64_t at = 0; at < shape.all(); ++at) {
      const bool active = at / shape.samples < shape.active_rows;
      double nll[kComponents], sum = 0;
      for (std::int32_t c = 0; c < kComponents; ++c) {
        nll[c] = 0;
        for (std::int32_t col = 0; col < shape.cols; ++col) {
          const double in[] = {static_cast<double>(z[index(at, col, shape)]),
                               static_cast<double>(mean[index(c, col, shape)]),
                               static_cast<double>(log_var[index(c, col, shape)])};
          nll[c] += ops::ComponentDensity{}(in).loss;
        }
        sum += std::exp(-nll[c]) / kComponents;
      }
      EXPECT_NEAR(static_cast<double>(row_kl.values()[static_cast<std::size_t>(at)]),
                  7 - (active ? std::log(sum) : 0), 1e-3);
      for (std::int32_t col = 0; col < shape.cols; ++col) {
        double wanted = 0;
        for (std::int32_t c = 0; active && c < kComponents; ++c) {
          const double in[] = {static_cast<double>(z[index(at, col, shape)]),
                               static_cast<double>(mean[index(c, col, shape)]),
                               static_cast<double>(log_var[index(c, col, shape)])};
          const double share = std::exp(-nll[c]) / kComponents / sum *
                               static_cast<double>(weights[static_cast<std::size_t>(at)]);
          const auto term = ops::GaussianDensity{}(in);
          wanted += scale * share * term.out[0];
          wanted_mean[index(c, col, shape)] += scale * share * term.out[1];
          wanted_log_var[index(c, col, shape)] += scale * share * term.out[2];
        }
        EXPECT_NEAR(static_cast<double>(d_z.values()[index(at, col, shape)]), wanted, 1e-6);
      }
    }
    for (std::size_t i = 0; i < mean.size(); ++i) {
      EXPECT_NEAR(static_cast<double>(d_mean.values()[i]), wanted_mean[i], 1e-6);
      EXPECT_NEAR(static_cast<double>(d_log_var.values()[i]), wanted_log_var[i], 1e-6);
    }
    EXPECT_TRUE(d_z.padding_is_zero() && d_mean.padding_is_zero() && d_log_var.padding_is_zero());
    EXPECT_TRUE(pair_nll.surroundings_are_untouched() && shares.surroundings_are_untouched());
  }
}

TEST_P(Samples, HaveTheirRowsScaled) {
  const auto on = backend();
  const Drawn shape{4, 3, 3, 13};
  Operands operands(*on, shape);
  const auto values = operands.of_samples(kValue), factors = operands.one_each({0, 1});
  const Tensor matrix = operands.tensor(values), by = operands.vector(factors);
  on->scale_rows(operands.pass(), matrix.matrix(), by.data());
  const auto scaled = matrix.values();
  for (std::int64_t at = 0; at < shape.all(); ++at) {
    for (std::int32_t col = 0; col < shape.cols; ++col) {
      const std::size_t i = index(at, col, shape);
      EXPECT_EQ(scaled[i], at < 9 ? values[i] * factors[static_cast<std::size_t>(at)] : 0.0f);
    }
  }
  EXPECT_TRUE(matrix.surroundings_are_untouched());
}

}  // namespace
}  // namespace cuvae::test
