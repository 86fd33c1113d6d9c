// The table of what is measured. FLOP count additions, multiplications and comparisons of the formulas
// (kernels/ops); the integers of Philox are not counted.
#include <algorithm>
#include <cmath>

#include "bench/kernels/checks.hpp"
#include "bench/kernels/operation.hpp"
#include "kernels/ops/bernoulli_nll.hpp"
#include "kernels/ops/binarize.hpp"
#include "kernels/ops/categorical_nll.hpp"
#include "kernels/ops/continuous_bernoulli_nll.hpp"
#include "kernels/ops/discretized_logistic_nll.hpp"
#include "kernels/ops/gaussian_latent.hpp"
#include "kernels/ops/gaussian_nll.hpp"
#include "kernels/ops/laplace_nll.hpp"
#include "kernels/ops/optimizer.hpp"

namespace cuvae::bench {
namespace {

using namespace steps;

// The shapes of the reference job: its rows, its latent layer, its parameters.
constexpr Shape kRows{128, 784}, kLatent{128, 24}, kParameters{408, 1600};

constexpr Operand kPixels{Stored::u8, 0, 256}, kUnit{Stored::fp32, 0, 1}, kMean{Stored::fp32, -2, 2},
    kLogVar{Stored::fp32, -3, 1}, kLogVarRow{Stored::fp32, -3, 1, true}, kGradient{Stored::fp32, -1, 1},
    kLogits{Stored::as_type, -8, 8}, kSquares{Stored::fp32, 1e-4, 1}, kResult{Stored::fp32},
    kProductResult{Stored::as_type};
constexpr float kPixel = 1.0f / 255;
constexpr std::int32_t kCategories = 8;
// Of one of a pair: half a root, half a logarithm, a sine or a cosine.
constexpr double kNormalExponentials = 1.5, kNormalDivisions = 0.5;

// Steps of an unfused sequence.
void queue(const Call& c, const Step& step, Matrix a, Matrix out) {
  c.machine.step(step, a, {}, out, c.pass);
}
void queue(const Call& c, const Step& step, Matrix a, Matrix b, Matrix out) {
  c.machine.step(step, a, b, out, c.pass);
}
Matrix one_row(Matrix row) {
  row.ld = 0;
  return row;
}

RowSource pixels_of(const Call& c, float scale) { return {c[0].data, ops::Element::u8, c[0].ld, scale}; }

Operation load(std::string_view name, std::string_view what, Binarize binarize) {
  const auto run = [binarize](const Call& c) {
    const Matrix product_x = c.type == Type::bf16 ? c[2] : Matrix{};
    c.backend().load_input(c.pass, pixels_of(c, kPixel), Backend::Gather::by_row_id, binarize, bench::kNoise,
                           c[1], product_x);
  };
  return {.name = name,
          .what = what,
          .small = kRows,
          .in = {kPixels},
          .out = {kResult, kProductResult},
          .writes = {1},
          .extra_bytes_bf16 = 2,
          .run = run};
}

std::vector<Operation> loads() {
  Operation rows = load("load_rows", "rows gathered, bytes to numbers", Binarize::none);
  rows.flops = 1;
  rows.disagreement = [](const Outcome& o) {
    return disagreement_of(ops::LoadInput<ops::KeepValue, 1>{kPixel}, o);
  };
  rows.unfused = [](const Call& c) {
    c.machine.gather(pixels_of(c, 1), c[1], c.pass);
    queue(c, Scale(kPixel), c[1], c[1]);
  };
  Operation binarized = load("load_binarized", "the same, and a Bernoulli draw of each", Binarize::dynamic);
  binarized.flops = 2;
  binarized.disagreement = [](const Outcome& o) {
    return disagreement_of(ops::LoadInput<ops::BinarizeDynamic, 1>{kPixel}, o);
  };
  binarized.temporaries = 1;
  binarized.unfused = [](const Call& c) {
    c.machine.gather(pixels_of(c, 1), c[1], c.pass);
    queue(c, Scale(kPixel), c[1], c[1]);
    queue(c, Uniform{}, c[3], c[3]);
    queue(c, IsBelow{}, c[3], c[1], c[1]);
  };
  return {rows, binarized};
}

Operation sample_latent() {
  return {.name = "sample_latent",
          .what = "z = mean + exp(log_var / 2) epsilon, and each row's KL",
          .small = kLatent,
          .in = {kMean, kLogVar},
          .out = {kProductResult},
          .writes = {2},
          .has_row_loss = true,
          .flops = 12,
          .exponentials = 2 + kNormalExponentials,
          .divisions = kNormalDivisions,
          .run =
              [](const Call& c) {
                c.backend().sample_latent(c.pass, LatentKl{}, c[0], c[1], bench::kNoise, c[2], c.row_loss);
              },
          .disagreement = [](const Outcome& o) { return disagreement_of(ops::SampleLatent{}, o); },
          .temporaries = 2,
          .unfused =
              [](const Call& c) {
                const Matrix mean = c[0], log_var = c[1], z = c[2], a = c[3], b = c[4];
                queue(c, Scale(0.5f), log_var, a);
                queue(c, Exp{}, a, a);
                queue(c, Normal{}, b, b);
                queue(c, Multiply{}, a, b, a);
                queue(c, AddScaled{}, mean, a, z);
                queue(c, Square{}, mean, a);
                queue(c, Expm1{}, log_var, b);
                queue(c, AddScaled{}, a, b, a);
                queue(c, AddScaled(-1), a, log_var, a);
                queue(c, Scale(0.5f), a, a);
                c.machine.row_sum(a, c.row_loss);
              }};
}

// Epsilon and the standard deviation kept from the forward, as frameworks keep them.
Operation latent_backward() {
  return {.name = "latent_backward",
          .what = "gradients of mean and log_var, epsilon drawn again",
          .small = kLatent,
          .in = {kMean, kLogVar, kGradient},
          .out = {kProductResult, kProductResult},
          .writes = {3, 4},
          .flops = 12,
          .exponentials = 2 + kNormalExponentials,
          .divisions = kNormalDivisions,
          .run =
              [](const Call& c) {
                c.backend().latent_backward(c.pass, LatentKl{}, c[0], c[1], c[2], nullptr, bench::kNoise,
                                            c[3], c[4]);
              },
          .disagreement = [](const Outcome& o) { return disagreement_of(ops::LatentBackward{}, o); },
          .temporaries = 3,
          .keep =
              [](const Call& c) {
                queue(c, Normal{}, c[5], c[5]);
                queue(c, Scale(0.5f), c[1], c[6]);
                queue(c, Exp{}, c[6], c[6]);
              },
          .unfused =
              [](const Call& c) {
                const Matrix mean = c[0], log_var = c[1], d_z = c[2], epsilon = c[5], sigma = c[6], a = c[7];
                constexpr float kWeight = kPass.kl_weight * kPass.row_weight;
                queue(c, AddScaled(kWeight), d_z, mean, c[3]);
                queue(c, Multiply{}, d_z, epsilon, a);
                queue(c, Multiply{}, a, sigma, a);
                queue(c, Expm1{}, log_var, c[4]);
                queue(c, AddScaled(kWeight), a, c[4], a);
                queue(c, Scale(0.5f), a, c[4]);
              }};
}

// The gradient in place of the logits.
void run_logit_nll(const Call& c, Likelihood likelihood) {
  c.backend().nll(c.pass, likelihood,
                  {.output = c[0],
                   .x = c[1],
                   .categories = likelihood == Likelihood::categorical ? kCategories : 0,
                   .d_output = c[0],
                   .row_nll = c.row_loss});
}

void run_location_nll(const Call& c, Likelihood likelihood, Matrix d_log_var) {
  c.backend().nll(c.pass, likelihood,
                  {.output = c[0],
                   .x = c[1],
                   .log_var = c[2].floats(),
                   .d_output = c[3],
                   .d_log_var = d_log_var,
                   .row_nll = c.row_loss});
}

Operation bernoulli_nll() {
  return {.name = "bernoulli_nll",
          .what = "each row's -log p(x | logits), and its gradient in their place",
          .small = kRows,
          .in = {kLogits, kUnit},
          .writes = {0},
          .has_row_loss = true,
          .flops = 8,
          .exponentials = 1 + 1.0 / 16,
          .divisions = 1,
          .run = [](const Call& c) { run_logit_nll(c, Likelihood::bernoulli); },
          .disagreement = [](const Outcome& o) { return disagreement_of(ops::BernoulliNll{}, o); },
          .temporaries = 2,
          .unfused =
              [](const Call& c) {
                const Matrix logits = c[0], x = c[1], a = c[2], b = c[3];
                queue(c, Softplus{}, logits, a);
                queue(c, Multiply{}, x, logits, b);
                queue(c, AddScaled(-1), a, b, a);
                c.machine.row_sum(a, c.row_loss);
                queue(c, Sigmoid{}, logits, b);
                queue(c, AddScaled(-1), b, x, b);
                queue(c, Scale(kPass.row_weight), b, b);
              },
          .unfused_writes = {3}};
}

// d_log_var: null data where it is not learned. The precision, a row that repeats, is in `b` until it is
// used.
void unfused_gaussian(const Call& c, Matrix d_log_var, Matrix a, Matrix b) {
  const Matrix mean = c[0], x = c[1], log_var = one_row(c[2]), d_mean = c[3];
  Matrix precision = b;
  precision.rows = 1;
  queue(c, Scale(-1), log_var, precision);
  queue(c, Exp{}, precision, precision);
  queue(c, AddScaled(-1), mean, x, a);
  queue(c, Multiply{}, a, one_row(precision), d_mean);
  queue(c, Multiply{}, a, d_mean, b);
  if (d_log_var.data != nullptr)
    queue(c, Scale(-0.5f * kPass.row_weight, 0.5f * kPass.row_weight), b, d_log_var);
  queue(c, AddScaled{}, b, log_var, b);
  queue(c, Scale(0.5f, 0.5f * ops::kLogTwoPi), b, b);
  c.machine.row_sum(b, c.row_loss);
  queue(c, Scale(kPass.row_weight), d_mean, d_mean);
}

Operation gaussian_nll() {
  return {.name = "gaussian_nll",
          .what = "each row's -log N(x; mean, exp(log_var)), and the gradient of the mean",
          .small = kRows,
          .in = {kMean, kMean, kLogVarRow},
          .out = {kProductResult},
          .writes = {3},
          .has_row_loss = true,
          .flops = 8,
          .run = [](const Call& c) { run_location_nll(c, Likelihood::gaussian, {}); },
          .disagreement = [](const Outcome& o) { return disagreement_of(ops::GaussianNll{}, o); },
          .temporaries = 2,
          .unfused = [](const Call& c) { unfused_gaussian(c, {}, c[4], c[5]); }};
}

Operation gaussian_nll_learned() {
  return {.name = "gaussian_nll_learned",
          .what = "the same, and the gradient of the log-variance",
          .small = kRows,
          .in = {kMean, kMean, kLogVarRow},
          .out = {kProductResult, kResult},
          .writes = {3, 4},
          .has_row_loss = true,
          .flops = 11,
          .run = [](const Call& c) { run_location_nll(c, Likelihood::gaussian, c[4]); },
          .disagreement = [](const Outcome& o) { return disagreement_of(ops::GaussianNllLearned{}, o); },
          .temporaries = 2,
          .unfused = [](const Call& c) { unfused_gaussian(c, c[4], c[5], c[6]); }};
}

// Unfused it would cancel near a logit of 0, which bf16 gives often.
Operation continuous_bernoulli_nll() {
  return {.name = "continuous_bernoulli_nll",
          .what = "bernoulli_nll of the continuous Bernoulli, a density of grey values",
          .small = kRows,
          .in = {kLogits, kUnit},
          .writes = {0},
          .has_row_loss = true,
          .flops = 30,
          .exponentials = 2,
          .divisions = 2,
          .run = [](const Call& c) { run_logit_nll(c, Likelihood::continuous_bernoulli); },
          .disagreement = [](const Outcome& o) { return disagreement_of(ops::ContinuousBernoulliNll{}, o); }};
}

Operation laplace_nll() {
  return {.name = "laplace_nll",
          .what = "gaussian_nll_learned of the Laplace density",
          .small = kRows,
          .in = {kMean, kMean, kLogVarRow},
          .out = {kProductResult, kResult},
          .writes = {3, 4},
          .has_row_loss = true,
          .flops = 11,
          .run = [](const Call& c) { run_location_nll(c, Likelihood::laplace, c[4]); },
          .disagreement = [](const Outcome& o) { return disagreement_of(ops::LaplaceNllLearned{}, o); },
          .temporaries = 2,
          .unfused =
              [](const Call& c) {
                const Matrix location = c[0], x = c[1], log_var = one_row(c[2]), d_location = c[3], a = c[5],
                             b = c[6];
                constexpr float kHalfLogTwo = 0.5f * ops::Laplace::kLogTwo;
                Matrix inverse_scale = b;  // a row that repeats, until it is used
                inverse_scale.rows = 1;
                queue(c, Scale(-0.5f, kHalfLogTwo), log_var, inverse_scale);
                queue(c, Exp{}, inverse_scale, inverse_scale);
                queue(c, AddScaled(-1), location, x, a);
                queue(c, steps::Sign{}, a, d_location);
                queue(c, Multiply{}, d_location, one_row(inverse_scale), d_location);
                queue(c, Multiply{}, a, d_location, b);
                queue(c, Scale(-0.5f * kPass.row_weight, 0.5f * kPass.row_weight), b, c[4]);
                queue(c, AddScaled(0.5f), b, log_var, b);
                queue(c, Scale(1, kHalfLogTwo), b, b);
                c.machine.row_sum(b, c.row_loss);
                queue(c, Scale(kPass.row_weight), d_location, d_location);
              }};
}

// Unfused it would be thirty steps: nobody runs it so.
Operation discretized_logistic_nll() {
  return {.name = "discretized_logistic_nll",
          .what = "each row's -log of the masses of 256 levels, and the gradients",
          .small = kRows,
          .in = {kUnit, kUnit, kLogVarRow},
          .out = {kProductResult, kResult},
          .writes = {3, 4},
          .has_row_loss = true,
          .flops = 40,
          .exponentials = 5,
          .divisions = 3,
          .run = [](const Call& c) { run_location_nll(c, Likelihood::discretized_logistic, c[4]); },
          .disagreement =
              [](const Outcome& o) { return disagreement_of(ops::DiscretizedLogisticNllLearned{}, o); }};
}

// Of categorical_nll.
std::string disagreement_of_groups(const Outcome& o) {
  const auto op = ops::bind(ops::CategoricalNll{}, o.state);
  for (std::int64_t row = 0; row < o.shape.rows; ++row) {
    double loss = 0;
    for (std::int32_t begin = 0; begin < o.shape.cols; begin += kCategories) {
      const std::int32_t end = std::min(begin + kCategories, o.shape.cols);
      double largest = o.input(0, row, begin), sum = 0, weight = 0;
      for (std::int32_t col = begin; col < end; ++col) largest = std::max(largest, o.input(0, row, col));
      for (std::int32_t col = begin; col < end; ++col) {
        sum += ops::exp_below(o.input(0, row, col), largest);
        weight += o.input(1, row, col);
      }
      const auto group = ops::CategoryGroup<double>::of(largest, sum, weight);
      for (std::int32_t col = begin; col < end; ++col) {
        const auto term = op({o.input(0, row, col), o.input(1, row, col)}, group);
        const auto actual = static_cast<double>(o.out[0][static_cast<std::size_t>(row * o.shape.cols + col)]);
        if (!agree(actual, term.out[0], std::abs(term.out[0]), o.type))
          return wrong("the gradient", row, col, actual, term.out[0]);
        loss += term.loss;
      }
    }
    const auto actual = static_cast<double>(o.row_loss[static_cast<std::size_t>(row)]);
    if (!agree(actual, loss, loss, o.type)) return wrong("the loss", row, 0, actual, loss);
  }
  return "";
}

// No step sums a group of columns, so there is no unfused sequence.
Operation categorical_nll() {
  return {.name = "categorical_nll",
          .what = "each row's -log p(x | logits) in groups of 8 columns, and its gradient in their place",
          .small = kRows,
          .in = {kLogits, kUnit},
          .writes = {0},
          .has_row_loss = true,
          .flops = 10,
          .exponentials = 2,
          .run = [](const Call& c) { run_logit_nll(c, Likelihood::categorical); },
          .disagreement = disagreement_of_groups};
}

Operation prior_sample() {
  return {.name = "prior_sample",
          .what = "z drawn from N(0, I)",
          .small = kLatent,
          .out = {kResult},
          .writes = {0},
          .flops = 3,
          .exponentials = kNormalExponentials,
          .divisions = kNormalDivisions,
          .run = [](const Call& c) { c.backend().sample_prior(c.pass, bench::kNoise, c[0]); },
          .disagreement = [](const Outcome& o) { return disagreement_of(ops::PriorSample{}, o); }};
}

// Sums of one column of the input, of every row there is.
std::string disagreement_of_column_sums(const Outcome& o) {
  constexpr std::int32_t kColumns = 4;
  for (std::int32_t col = 0; col < std::min(o.whole.cols, kColumns); ++col) {
    double sum = 0, size = 0;
    for (std::int64_t row = 0; row < o.whole.rows; ++row) {
      sum += o.input(0, row, col);
      size += std::abs(o.input(0, row, col));
    }
    const auto actual = static_cast<double>(o.out[0][static_cast<std::size_t>(col)]);
    if (!agree(actual, sum, size, Type::fp32)) return wrong("the sum", 0, col, actual, sum);
  }
  return "";
}

Operation column_sum() {
  Operand sums = kResult;
  sums.one_row = true;
  return {
      .name = "column_sum",
      .what = "the gradient of a bias",
      .small = {128, 400},
      .in = {{Stored::as_type, -1, 1}},
      .out = {sums},
      .writes = {1},
      .flops = 1,
      .run =
          [](const Call& c) { c.backend().column_sum(c.pass, c[0], c[1].floats(), GradientMode::overwrite); },
      .disagreement = disagreement_of_column_sums};
}

ParameterArenas arenas_of(const Call& c, std::size_t gradients, std::size_t first_moments) {
  constexpr std::int64_t kMultiple = 64;  // there is room for as many (Operands)
  const std::int64_t size = (c[0].rows * c[0].ld + kMultiple - 1) / kMultiple * kMultiple;
  ParameterArenas arenas{.parameters = c[0].floats(), .gradients = c[gradients].floats()};
  arenas.first_moments = c[first_moments].floats();
  arenas.size = size;
  arenas.scratch = c.scratch;
  arenas.products = arenas.parameters;
  return arenas;
}

void use_copy(ParameterArenas& arenas, const Call& c, std::size_t copy) {
  if (c.type != Type::bf16) return;
  arenas.products = c[copy].data;
  arenas.product_element = ops::Element::bf16;
}

Operation gradient_norm() {
  return {.name = "gradient_norm",
          .what = "the norm of the gradient, and the end of the step",
          .small = kParameters,
          .in = {kGradient},
          .is_arena = true,
          .flops = 2,
          .run = [](const Call& c) { c.backend().end_step(c.pass, arenas_of(c, 0, 0), 0); },
          .disagreement =
              [](const Outcome& o) {
                double sum = 0;
                const std::int64_t size = o.whole.rows * o.lds[0];
                for (std::int64_t i = 0; i < size; ++i) {
                  const auto value = static_cast<double>(o.in[0].at(i));
                  sum += value * value;
                }
                const double actual = o.state_after.gradient_square;
                return agree(actual, sum, sum, Type::fp32) ? "" : wrong("the square", 0, 0, actual, sum);
              },
          .temporaries = 1,
          .unfused =
              [](const Call& c) {
                queue(c, Square{}, c[0], c[1]);
                c.machine.row_sum(c[1], c.row_loss);
              }};
}

Operation adam() {
  constexpr float kBeta1 = 0.9f, kBeta2 = 0.999f;
  TrainConfig config;
  config.optimizer = Optimizer::adam;
  return {.name = "adam",
          .what = "Adam's update of every parameter",
          .small = kParameters,
          .in = {kMean, kGradient, kSquares, kGradient},
          .out = {kProductResult},
          .writes = {0, 1, 2},
          .is_arena = true,
          .extra_bytes_bf16 = 2,
          .flops = 14,
          .divisions = 2,
          .run =
              [config](const Call& c) {
                ParameterArenas arenas = arenas_of(c, 3, 1);
                arenas.second_moments = c[2].floats();
                use_copy(arenas, c, 4);
                c.backend().update(c.pass, arenas, config);
              },
          .disagreement =
              [](const Outcome& o) {
                return disagreement_of_update(ops::Adam{.beta1 = kBeta1,
                                                        .beta2 = kBeta2,
                                                        .one_minus_beta1 = 1 - kBeta1,
                                                        .one_minus_beta2 = 1 - kBeta2,
                                                        .epsilon = 1e-8f},
                                              o);
              },
          .temporaries = 1,
          .unfused =
              [](const Call& c) {
                const Matrix parameters = c[0], first = c[1], second = c[2], gradient = c[3], a = c[5];
                queue(c, Scale(kBeta1), first, first);
                queue(c, AddScaled(1 - kBeta1), first, gradient, first);
                queue(c, Scale(kBeta2), second, second);
                queue(c, Square{}, gradient, a);
                queue(c, AddScaled(1 - kBeta2), second, a, second);
                queue(c, SquareRoot{}, second, a);
                queue(c, Scale(std::sqrt(kPass.second_correction), 1e-8f), a, a);
                queue(c, Divide{}, first, a, a);
                queue(c, AddScaled(-kPass.learning_rate * kPass.first_correction), parameters, a, parameters);
              }};
}

Operation sgd() {
  TrainConfig config;
  config.optimizer = Optimizer::sgd;
  config.momentum = 0.9;
  return {
      .name = "sgd",
      .what = "an update of every parameter with momentum",
      .small = kParameters,
      .in = {kMean, kGradient, kGradient},
      .out = {kProductResult},
      .writes = {0, 1},
      .is_arena = true,
      .extra_bytes_bf16 = 2,
      .flops = 4,
      .run =
          [config](const Call& c) {
            ParameterArenas arenas = arenas_of(c, 2, 1);
            use_copy(arenas, c, 3);
            c.backend().update(c.pass, arenas, config);
          },
      .disagreement = [](const Outcome& o) { return disagreement_of_update(ops::Sgd{.momentum = 0.9f}, o); },
      .unfused =
          [](const Call& c) {
            queue(c, Scale(0.9f), c[1], c[1]);
            queue(c, AddScaled{}, c[1], c[2], c[1]);
            queue(c, AddScaled(-kPass.learning_rate), c[0], c[1], c[0]);
          }};
}

std::vector<Operation> all() {
  std::vector<Operation> table = loads();
  for (const Operation& row :
       {sample_latent(), latent_backward(), prior_sample(), bernoulli_nll(), gaussian_nll(),
        gaussian_nll_learned(), continuous_bernoulli_nll(), laplace_nll(), discretized_logistic_nll(),
        categorical_nll(), column_sum(), gradient_norm(), adam(), sgd()})
    table.push_back(row);
  for (Operation& row : table) {
    if (row.unfused && row.unfused_writes.empty()) row.unfused_writes = row.writes;
  }
  return table;
}

}  // namespace

const std::vector<Operation>& operations() {
  static const std::vector<Operation> table = all();
  return table;
}

}  // namespace cuvae::bench
