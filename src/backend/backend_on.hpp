// Every op of the seam, written once over an execution space. Exec supplies the loops and services:
//
//   the services of Backend that compute nothing, under the same names
//   begin_pass, add_losses, end_step           the moves of the step state, with what they sum over
//   row_map_reduce(op, io, pass, noise)        rows up to the active ones' samples, zeros beyond
//   group_map_reduce(op, io, categories, pass) the same for groups of so many columns
//   row_sum(op, io, pass, noise)               the same with a sum over terms in each row
//   weigh(op, io, pass)                        log-weights of samples to their shares
//   load_input(rule, source, ...)              the same for stored rows
//   map(op, io, state)                         only where state.finite, or where there is no state
//   column_sum, total                          in a fixed order
//   offers(gemm), gemm                         products; with the epilogues that are offered
//   aside(work), join_but_last                 work that later calls overtake, but begin_pass and end_step
//
// Instantiated in one translation unit per execution space.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <type_traits>
#include <utility>

#include "kernels/ops/activation.hpp"
#include "kernels/ops/bernoulli_nll.hpp"
#include "kernels/ops/binarize.hpp"
#include "kernels/ops/categorical_nll.hpp"
#include "kernels/ops/continuous_bernoulli_nll.hpp"
#include "kernels/ops/discrepancy.hpp"
#include "kernels/ops/discretized_logistic_nll.hpp"
#include "kernels/ops/element_wise.hpp"
#include "kernels/ops/gaussian_density.hpp"
#include "kernels/ops/gaussian_latent.hpp"
#include "kernels/ops/gaussian_nll.hpp"
#include "kernels/ops/glu.hpp"
#include "kernels/ops/held_kl.hpp"
#include "kernels/ops/importance.hpp"
#include "kernels/ops/laplace_nll.hpp"
#include "kernels/ops/total_correlation.hpp"
#include "src/backend/backend.hpp"
#include "src/backend/dense.hpp"
#include "src/backend/gemm.hpp"
#include "src/backend/optimizers.hpp"

namespace cuvae {

// A layer function as a type.
template <class Body>
void with_function(LayerFunction function, const Body& body) {
  switch (function) {
    case LayerFunction::identity:
      return body(ops::Identity{});
    case LayerFunction::relu:
      return body(ops::Relu{});
    case LayerFunction::tanh:
      return body(ops::Tanh{});
    case LayerFunction::gelu:
      return body(ops::Gelu{});
    case LayerFunction::silu:
      return body(ops::Silu{});
    case LayerFunction::softplus:
      return body(ops::Softplus{});
  }
}

template <class Exec>
class BackendOn final : public Backend {
 public:
  explicit BackendOn(Exec exec) : exec_(std::move(exec)) {}

  Device device() const override { return exec_.device(); }
  Buffer allocate(std::int64_t bytes) override { return Buffer(exec_.allocate(bytes), Release{this}); }
  void upload(void* to, const void* from, std::int64_t bytes) override { exec_.upload(to, from, bytes); }
  void download(void* to, const void* from, std::int64_t bytes) override { exec_.download(to, from, bytes); }
  void synchronize() override { exec_.synchronize(); }
  bool reads_host_memory() const override { return exec_.reads_host_memory(); }
  std::int64_t available_memory() const override { return exec_.available_memory(); }
  std::unique_ptr<Staging> staging(std::int64_t bytes) override { return exec_.staging(bytes); }
  std::unique_ptr<Recording> record(std::function<void()> work) override {
    return exec_.record(std::move(work));
  }
  std::int64_t steps_per_launch() const override { return exec_.steps_per_launch(); }
  ops::Element product_element() const override { return exec_.product_element(); }
  std::string product_plans() const override { return exec_.product_plans(); }
  void restore_product_plans(const std::string& plans) override { exec_.restore_product_plans(plans); }
  std::int64_t scratch_bytes(std::int64_t size) const override { return exec_.scratch_bytes(size); }
  std::int64_t first_non_finite(const float* values, std::int64_t size) override {
    return exec_.first_non_finite(values, size);
  }

  bool keeps_mask(const LayerShape& shape) override {
    const MaskedProducts products = masked_products(shape, exec_.product_element());
    return exec_.offers(products.forward) && exec_.offers(products.backward);
  }

  void begin_pass(PassContext pass, const ops::PassPlan* table, const ops::RowOrder& order,
                  std::int64_t rows) override {
    exec_.begin_pass(ops::BeginPass{table}, pass, order, rows);
  }
  void add_losses(PassContext pass, const RowLosses& losses) override {
    exec_.aside([&] { exec_.add_losses(losses, pass); });
  }
  void end_step(PassContext pass, const ParameterArenas& arenas, double clip_norm) override {
    exec_.end_step(arenas.gradients, arenas.size, arenas.scratch, clip_norm, pass.state);
  }

  void update(PassContext pass, const ParameterArenas& a, const TrainConfig& config) override {
    with_optimizer(config, [&](const auto& op) {
      using Op = std::remove_cvref_t<decltype(op)>;
      exec_.map(op, moments_io<Op::kIn>(a), pass.state);
    });
  }

  void normalize(PassContext pass, Matrix tensor, float* square) override {
    ops::RowIo<1, 0> sum = io_over<1, 0>(tensor, {tensor.in()}, {}, square);
    exec_.row_map_reduce(ops::SumOfSquares{}, sum, of_all_rows(pass), {});
    ops::RowIo<1, 1> io = io_over<1, 1>(tensor, {tensor.in()}, {tensor.out()});
    io.row_value = square;
    exec_.row_map_reduce(ops::DivideByNorm{}, io, of_all_rows(pass), {});
  }

  void refresh_products(const ParameterArenas& a) override {
    if (bf16_copy(a) == nullptr) return;
    exec_.map(ops::KeepParameter{}, ops::MapIo<1, 1>{{a.parameters}, {a.parameters}, a.size, bf16_copy(a)},
              nullptr);
  }

  void load_input(PassContext pass, const RowSource& source, Gather gather, Binarize binarize,
                  const ops::NoiseSource& noise, Matrix x, Matrix product_x) override {
    const auto load = [&]<class Rule>(Rule rule) {
      exec_.load_input(rule, source, gather, pass, noise, x, product_x);
    };
    switch (binarize) {
      case Binarize::none:
        return load(ops::KeepValue{});
      case Binarize::dynamic:
      case Binarize::once:  // by its noise
        return load(ops::BinarizeDynamic{});
      case Binarize::threshold:
        return load(ops::BinarizeThreshold{});
    }
  }

  void dense_forward(PassContext pass, Matrix x, const DenseWeights& w, LayerFunction function,
                     const Activations& out) override {
    const Matrix h = out.output;
    const Gemm product = forward_product(x, w.weight, h);
    const Gemm fused = with_activation(product, w, function, out);
    if (fused.epilogue != Epilogue::none && exec_.offers(fused)) return exec_.gemm(fused);
    if (out.mask.data != nullptr) refuse_lost_mask();
    exec_.gemm(product);
    with_function(function, [&]<class Function>(Function) {
      using Op = ops::BiasActivation<Function>;
      ops::RowIo<2, Op::kOut> io{{h.in(), {w.bias, 0}}, {h.out()}, nullptr, h.rows, h.cols,
                                 ops::padded(h.cols)};
      if constexpr (Function::kKeepsInput) io.out[1] = out.input.out();
      exec_.row_map_reduce(Op{}, io, pass, {});
    });
  }

  // Nothing but the end of the step, and the layer below the next, waits for these.
  void dense_backward_weights(PassContext pass, Matrix d_y, Matrix x, const DenseWeights& gradients,
                              GradientMode mode) override {
    exec_.aside([&] {
      const Gemm product = weight_gradient(d_y, x, gradients.weight, mode);
      const Gemm fused = with_bias_gradient(product, gradients.bias);
      if (mode == GradientMode::overwrite && exec_.offers(fused)) return exec_.gemm(fused);
      exec_.gemm(product);
      exec_.column_sum(d_y, gradients.bias, mode, pass);
    });
  }

  void dense_backward_input(PassContext pass, Matrix d_y, const DenseWeights& w, LayerFunction function_below,
                            const Activations& below, Matrix d_x) override {
    exec_.join_but_last();
    const Gemm product = input_gradient(d_y, w.weight, d_x);
    const Gemm fused = with_derivative(product, function_below, below);
    if (fused.epilogue != Epilogue::none && exec_.offers(fused)) return exec_.gemm(fused);
    exec_.gemm(product);
    apply_derivative(pass, function_below, below, d_x);
  }

  void glu(PassContext pass, Matrix a, Matrix g, Matrix h) override {
    exec_.row_map_reduce(ops::Glu{}, io_over<2, 1>(h, {a.in(), g.in()}, {h.out()}), pass, {});
  }
  void glu_backward(PassContext pass, Matrix d_h, Matrix a, Matrix g, Matrix d_a, Matrix d_g) override {
    exec_.row_map_reduce(ops::GluBackward{},
                         io_over<3, 2>(d_h, {d_h.in(), a.in(), g.in()}, {d_a.out(), d_g.out()}), pass, {});
  }

  void sample_latent(PassContext pass, const LatentKl& kl, Matrix mean, Matrix log_var,
                     const ops::NoiseSource& noise, Matrix z, float* row_kl) override {
    auto io = io_over<2, 1>(z, {run_of(mean, z), run_of(log_var, z)}, {z.out()}, row_kl);
    io.samples = static_cast<std::int32_t>(z.rows / mean.rows);
    io.loss = kl.row_kl;
    if (kl.form == LatentKl::Form::closed) return exec_.row_map_reduce(ops::SampleLatent{}, io, pass, noise);
    exec_.row_map_reduce(ops::SampleLatentAlone{prior_of(kl)}, io, pass, noise);
  }

  void latent_backward(PassContext pass, const LatentKl& kl, Matrix mean, Matrix log_var, Matrix d_z,
                       const float* weights, const ops::NoiseSource& noise, Matrix d_mean,
                       Matrix d_log_var) override {
    const auto samples = static_cast<std::int32_t>(d_z.rows / mean.rows);
    const auto backward = [&]<class Op>(Op op) {
      const ops::RowSumIo<3, 2> io{.in = {run_of(mean, d_z), run_of(log_var, d_z), d_z.in()},
                                   .out = {d_mean.out(), d_log_var.out()},
                                   .rows = d_mean.rows,
                                   .terms = samples,
                                   .cols = d_mean.cols,
                                   .width = ops::padded(d_mean.cols),
                                   .value = weights,
                                   .value_row = samples,
                                   .value_term = 1};
      PassContext of_rows = pass;
      of_rows.samples /= samples;
      sum_over_terms(op, io, of_rows, noise);
    };
    if (kl.gates != nullptr) return gated_backward(pass, kl, mean, log_var, d_z, noise, d_mean, d_log_var);
    if (kl.form == LatentKl::Form::closed) return backward(ops::LatentBackward{});
    using ops::SampleGradient;
    switch (kl.gradient) {
      case SampleGradient::total:
        return backward(ops::LatentAloneBackward<SampleGradient::total>{.prior = prior_of(kl)});
      case SampleGradient::path:
        return backward(ops::LatentAloneBackward<SampleGradient::path>{.prior = prior_of(kl)});
      case SampleGradient::doubly:
        return backward(ops::LatentAloneBackward<SampleGradient::doubly>{.prior = prior_of(kl)});
    }
  }

  void weigh_samples(PassContext pass, const float* row_nll, const float* row_kl, std::int64_t rows,
                     float* weights, float* row_objective) override {
    PassContext of_rows = pass;
    of_rows.samples = 1;
    exec_.weigh(ops::LogWeight{}, {row_nll, row_kl, rows, pass.samples, weights, row_objective}, of_rows);
  }

  void gaussian_density(PassContext pass, Matrix z, Matrix mean, Matrix log_var, Matrix d_z, Matrix d_mean,
                        Matrix d_log_var, float* row_kl) override {
    auto io = io_over<3, 3>(z, {z.in(), mean.in(), log_var.in()}, {d_z.out(), d_mean.out(), d_log_var.out()},
                            row_kl);
    io.loss = ops::RowLoss::add;
    exec_.row_map_reduce(ops::GaussianDensity{}, io, pass, {});
  }

  void mixture_density(PassContext pass, Matrix z, const Mixture& mixture, float* row_kl,
                       ops::RowLoss loss) override {
    const std::int64_t components = mixture.mean.rows;
    ops::RowIo<3, 0> io = pair_io<3>(z, components, mixture.pair_nll);
    std::ranges::copy(pairs_of(z, mixture), io.in);
    exec_.row_map_reduce(ops::ComponentDensity{}, io, of_pairs(pass, components), {});
    ops::WeighIo shares = pair_shares(mixture, z.rows);
    shares.negative_log_mean = row_kl;
    shares.loss = loss;
    exec_.weigh(ops::PairLogWeight{}, shares, pass);
  }

  void mixture_backward(PassContext pass, Matrix z, const Mixture& mixture, const float* weights, Matrix d_z,
                        Matrix d_mean, Matrix d_log_var) override {
    if (weights != nullptr) {
      ops::WeighIo shares = pair_shares(mixture, z.rows);
      shares.row_scale = weights;
      exec_.weigh(ops::PairLogWeight{}, shares, pass);
    }
    ops::RowSumIo<3, 1> to_z = sum_over_components<3>(z, mixture, mixture.shares, d_z);
    std::ranges::copy(pairs_of(z, mixture), to_z.in);
    exec_.row_sum(ops::ComponentToLatent{.factor = mixture.factor}, to_z, pass, {});
    ops::RowSumIo<3, 2> to_component = sum_over_latents<3>(z, mixture, mixture.shares, d_mean, d_log_var);
    std::ranges::copy(seen_from_components(pairs_of(z, mixture)), to_component.in);
    exec_.row_sum(ops::LatentToComponent{.factor = mixture.factor}, to_component, of_all_rows(pass), {});
  }

  void hold_kl(PassContext pass, const KlHold& hold, Matrix mean, Matrix log_var,
               const HeldKl& held) override {
    exec_.row_map_reduce(ops::KlOfElement{},
                         io_over<2, 1>(held.elements, {mean.in(), log_var.in()}, {held.elements.out()}), pass,
                         {});
    exec_.column_sum(held.elements, held.sums, GradientMode::overwrite, pass);
    const std::int32_t latent = held.elements.cols;
    const auto gate = [&]<class Op>(const Op& op, Matrix sums, Matrix gates) {
      exec_.row_map_reduce(op, io_over<1, 1>(gates, {sums.in()}, {gates.out()}, held.extra),
                           of_all_rows(pass), {});
    };
    if (hold.form == KlHold::Form::dimensions)
      return gate(ops::FreeBits{hold.least}, one_row(held.sums, latent), one_row(held.gates, latent));
    exec_.total(held.sums, latent, held.total, GradientMode::overwrite);
    const Matrix total = one_row(held.total, 1);
    if (hold.form == KlHold::Form::total) {
      gate(ops::FreeBits{hold.least}, total, total);
    } else {
      gate(ops::KlCapacity{}, total, total);
    }
    exec_.broadcast(held.total, held.gates, latent);
  }

  void pair_costs(PassContext pass, ops::PairWeights weights, Matrix numbers, float* costs) override {
    ops::RowIo<2, 0> io = pair_io<2>(numbers, numbers.rows, costs);
    io.in[0] = numbers.in(), io.in[1] = numbers.in();
    io.in[0].of = ops::Of::row, io.in[1].of = ops::Of::sample;
    exec_.row_map_reduce(ops::PairCost{weights, static_cast<float>(numbers.rows)}, io,
                         of_pairs(pass, numbers.rows), {});
  }

  void dimension_densities(PassContext pass, Matrix z, const Mixture& mixture, Matrix densities,
                           float* row_sum) override {
    ops::RowSumIo<3, 1> sum = sum_over_components<3>(z, mixture, mixture.costs, densities);
    std::ranges::copy(pairs_of(z, mixture), sum.in);
    exec_.row_sum(ops::DimensionDensity{}, sum, pass, {});
    ops::RowIo<1, 0> logs = io_over<1, 0>(densities, {densities.in()}, {}, row_sum);
    logs.loss = ops::RowLoss::add;
    exec_.row_map_reduce(ops::LogOfMean{std::log(static_cast<float>(mixture.mean.rows))}, logs, pass, {});
  }
  void dimensions_backward(PassContext pass, Matrix z, const Mixture& mixture, Matrix densities, Matrix d_z,
                           Matrix d_mean, Matrix d_log_var) override {
    const auto [of_z, of_mean, of_log_var] = pairs_of(z, mixture);
    std::array<ops::Input, 4> in{of_z, of_mean, of_log_var, densities.in()};
    in[3].of = ops::Of::row;
    ops::RowSumIo<4, 1> to_z = sum_over_components<4>(z, mixture, mixture.costs, d_z);
    std::ranges::copy(in, to_z.in);
    exec_.row_sum(ops::DimensionsToLatent{.factor = mixture.factor}, to_z, pass, {});
    ops::RowSumIo<4, 2> to_posterior = sum_over_latents<4>(z, mixture, mixture.costs, d_mean, d_log_var);
    std::ranges::copy(seen_from_components(in), to_posterior.in);
    exec_.row_sum(ops::DimensionsToPosterior{.factor = mixture.factor}, to_posterior, of_all_rows(pass), {});
  }
  void weigh_total_correlation(PassContext pass, float factor, float* row_values,
                               std::int64_t rows) override {
    const Matrix values = one_row(row_values, static_cast<std::int32_t>(rows));
    exec_.row_map_reduce(ops::WeighTotalCorrelation{factor},
                         io_over<1, 1>(values, {values.in()}, {values.out()}), of_all_rows(pass), {});
  }

  void kernel_means(PassContext pass, Matrix a, Matrix b, const Kernel& kernel, float* means) override {
    ops::RowIo<2, 0> io = pair_io<2>(a, b.rows, kernel.distances);
    io.in[0] = a.in(), io.in[1] = b.in();
    io.in[0].of = ops::Of::row, io.in[1].of = ops::Of::sample;
    exec_.row_map_reduce(ops::KernelCost{static_cast<float>(a.cols)}, io, of_pairs(pass, b.rows), {});
    ops::WeighIo weigh{.first = kernel.distances,
                       .second = kernel.costs,
                       .rows = a.rows,
                       .samples = static_cast<std::int32_t>(b.rows),
                       .weights = kernel.kernels,
                       .negative_log_mean = means};
    exec_.weigh(ops::PairLogWeight{}, weigh, pass);
    const Matrix values = one_row(means, static_cast<std::int32_t>(a.rows));
    exec_.row_map_reduce(ops::KernelMean{}, io_over<1, 1>(values, {values.in()}, {values.out()}),
                         of_all_rows(pass), {});
    weigh.negative_log_mean = nullptr;
    weigh.row_scale = means;
    exec_.weigh(ops::PairLogWeight{}, weigh, pass);
  }
  void kernel_backward(PassContext pass, Matrix a, Matrix b, const Kernel& kernel, float factor,
                       Matrix d_a) override {
    ops::RowSumIo<2, 1> io{.in = {a.in(), b.in()},
                           .out = {d_a.out()},
                           .rows = a.rows,
                           .terms = static_cast<std::int32_t>(b.rows),
                           .cols = a.cols,
                           .width = ops::padded(a.cols),
                           .value = kernel.kernels,
                           .value_row = b.rows,
                           .value_term = 1};
    io.in[0].of = ops::Of::row, io.in[1].of = ops::Of::sample;
    exec_.row_sum(ops::KernelToLatent{.width = static_cast<float>(a.cols), .factor = factor}, io, pass, {});
  }
  void discrepancy(PassContext pass, float factor, const float* means_of_z, const float* means_of_p,
                   const float* means_of_both, float* row_values, std::int64_t rows) override {
    const Matrix values = one_row(row_values, static_cast<std::int32_t>(rows));
    const auto in = [&](const float* means) { return ops::Input{means, values.ld}; };
    exec_.row_map_reduce(
        ops::Discrepancy{factor},
        io_over<3, 1>(values, {in(means_of_z), in(means_of_p), in(means_of_both)}, {values.out()}),
        of_all_rows(pass), {});
  }

  void copy_rows(PassContext pass, Matrix from, Matrix to) override {
    auto io = io_over<1, 1>(to, {run_of(from, to)}, {to.out()});
    io.samples = static_cast<std::int32_t>(to.rows / from.rows);
    exec_.row_map_reduce(ops::KeepValue{}, io, pass, {});
  }

  void add_rows(PassContext pass, Matrix from, Matrix to, GradientMode mode) override {
    if (mode == GradientMode::overwrite)
      return exec_.row_map_reduce(ops::KeepValue{}, io_over<1, 1>(to, {from.in()}, {to.out()}), pass, {});
    exec_.row_map_reduce(ops::Sum{}, io_over<2, 1>(to, {from.in(), to.in()}, {to.out()}), pass, {});
  }
  void clamp_unit(PassContext pass, Matrix values, Matrix clamped) override {
    exec_.row_map_reduce(ops::ClampUnit{}, io_over<1, 1>(values, {values.in()}, {clamped.out()}), pass, {});
  }
  void clamp_unit_backward(PassContext pass, Matrix d_clamped, Matrix values, Matrix d_values) override {
    exec_.row_map_reduce(ops::ClampUnitBackward{},
                         io_over<2, 1>(values, {d_clamped.in(), values.in()}, {d_values.out()}), pass, {});
  }

  void scale_rows(PassContext pass, Matrix matrix, const float* factors) override {
    auto io = io_over<1, 1>(matrix, {matrix.in()}, {matrix.out()});
    io.row_value = factors;
    exec_.row_map_reduce(ops::ScaleRow{}, io, pass, {});
  }

  void bound_log_var(PassContext pass, Matrix log_var, Matrix bounded) override {
    exec_.row_map_reduce(ops::BoundLogVar{}, io_over<1, 1>(log_var, {log_var.in()}, {bounded.out()}), pass,
                         {});
  }

  void sample_prior(PassContext pass, const ops::NoiseSource& noise, Matrix z) override {
    exec_.row_map_reduce(ops::PriorSample{}, io_over<1, 1>(z, {ops::Input{}}, {z.out()}), pass, noise);
  }

  void nll(PassContext pass, Likelihood likelihood, const NllOperands& of) override {
    switch (likelihood) {
      case Likelihood::bernoulli:
        return logit_nll(ops::BernoulliNll{}, pass, of);
      case Likelihood::continuous_bernoulli:
        return logit_nll(ops::ContinuousBernoulliNll{}, pass, of);
      case Likelihood::gaussian:
        return location_nll<ops::Gaussian>(pass, of);
      case Likelihood::laplace:
        return location_nll<ops::Laplace>(pass, of);
      case Likelihood::discretized_logistic:
        return location_nll<ops::DiscretizedLogistic>(pass, of);
      case Likelihood::categorical:
        return exec_.group_map_reduce(ops::CategoricalNll{}, logit_io(of), of.categories, pass);
    }
  }

  void likelihood_mean(PassContext pass, Likelihood likelihood, std::int32_t categories,
                       Matrix output) override {
    const auto io = io_over<1, 1>(output, {output.in()}, {output.out()});
    switch (likelihood) {
      case Likelihood::bernoulli:
        return exec_.row_map_reduce(ops::Sigmoid{}, io, pass, {});
      case Likelihood::continuous_bernoulli:
        return exec_.row_map_reduce(ops::ContinuousBernoulliMean{}, io, pass, {});
      case Likelihood::categorical:
        return exec_.group_map_reduce(ops::Softmax{}, io, categories, pass);
      case Likelihood::gaussian:
      case Likelihood::laplace:
      case Likelihood::discretized_logistic:
        return;  // a location is the mean
    }
  }

  void column_sum(PassContext pass, Matrix matrix, float* sums, GradientMode mode) override {
    exec_.column_sum(matrix, sums, mode, pass);
  }
  void broadcast(PassContext, const float* value, float* values, std::int32_t cols) override {
    exec_.broadcast(value, values, cols);
  }
  void total(PassContext, const float* values, std::int32_t cols, float* sum, GradientMode mode) override {
    exec_.total(values, cols, sum, mode);
  }

 protected:
  void release(std::byte* memory) noexcept override { exec_.release(memory); }

 private:
  // Values in a row of their own.
  static Matrix one_row(float* values, std::int32_t cols) { return {values, 1, cols, ops::padded(cols)}; }

  void gated_backward(PassContext pass, const LatentKl& kl, Matrix mean, Matrix log_var, Matrix d_z,
                      const ops::NoiseSource& noise, Matrix d_mean, Matrix d_log_var) {
    const auto samples = static_cast<std::int32_t>(d_z.rows / mean.rows);
    const ops::RowSumIo<4, 2> io{.in = {run_of(mean, d_z), run_of(log_var, d_z), d_z.in(), {kl.gates}},
                                 .out = {d_mean.out(), d_log_var.out()},
                                 .rows = d_mean.rows,
                                 .terms = samples,
                                 .cols = d_mean.cols,
                                 .width = ops::padded(d_mean.cols)};
    pass.samples /= samples;
    sum_over_terms(ops::GatedLatentBackward{}, io, pass, noise);
  }

  static PassContext of_all_rows(PassContext pass) {
    pass.rows = PassContext::Rows::all;
    return pass;
  }

  // Of an optimizer with one moment, or with two.
  template <int kIn>
  static ops::MapIo<kIn, kIn - 1> moments_io(const ParameterArenas& a) {
    static_assert(kIn == 3 || kIn == 4);
    if constexpr (kIn == 3) {
      return {{a.parameters, a.first_moments, a.gradients},
              {a.parameters, a.first_moments},
              a.size,
              bf16_copy(a)};
    } else {
      return {{a.parameters, a.first_moments, a.second_moments, a.gradients},
              {a.parameters, a.first_moments, a.second_moments},
              a.size,
              bf16_copy(a)};
    }
  }

  // Operands of the shape of one of them.
  template <int kIn, int kOut>
  static ops::RowIo<kIn, kOut> io_over(Matrix shape, const std::array<ops::Input, kIn>& in,
                                       const std::array<ops::Output, kOut>& out, float* row_loss = nullptr) {
    ops::RowIo<kIn, kOut> io;
    std::copy(in.begin(), in.end(), io.in);
    std::copy(out.begin(), out.end(), io.out);
    io.row_loss = row_loss;
    io.rows = shape.rows;
    io.cols = shape.cols;
    io.width = ops::padded(shape.cols);
    return io;
  }

  static float prior_of(const LatentKl& kl) {
    return kl.prior == LatentKl::Prior::standard_normal ? 1.0f : 0.0f;
  }

  // An operand with a row for each of `rows`, or one for equal runs of them.
  static ops::Input run_of(Matrix matrix, Matrix rows) {
    ops::Input in = matrix.in();
    if (matrix.rows != rows.rows) in.of = ops::Of::row;
    return in;
  }

  // Each z with each component.
  static std::array<ops::Input, 3> pairs_of(Matrix z, const Mixture& mixture) {
    std::array<ops::Input, 3> in{z.in(), mixture.mean.in(), mixture.log_var.in()};
    in[0].of = ops::Of::row;
    in[1].of = in[2].of = ops::Of::sample;
    return in;
  }

  // The same as a component sees them.
  template <std::size_t kIn>
  static std::array<ops::Input, kIn> seen_from_components(std::array<ops::Input, kIn> in) {
    for (ops::Input& one : in) one.of = one.of == ops::Of::row ? ops::Of::sample : ops::Of::row;
    return in;
  }
  static PassContext of_pairs(PassContext pass, std::int64_t others) {
    pass.samples *= static_cast<std::int32_t>(others);
    return pass;
  }
  // A loss of each pair; the inputs are left to the caller.
  template <int kIn>
  static ops::RowIo<kIn, 0> pair_io(Matrix of, std::int64_t others, float* losses) {
    ops::RowIo<kIn, 0> io;
    io.row_loss = losses;
    io.rows = of.rows * others;
    io.cols = of.cols;
    io.width = ops::padded(of.cols);
    io.samples = static_cast<std::int32_t>(others);
    return io;
  }
  static ops::WeighIo pair_shares(const Mixture& mixture, std::int64_t rows) {
    return {.first = mixture.pair_nll,
            .second = mixture.costs,
            .rows = rows,
            .samples = static_cast<std::int32_t>(mixture.mean.rows),
            .weights = mixture.shares};
  }
  // For each z over the components, and for each component over all z; the inputs are left to the caller.
  template <int kIn>
  static ops::RowSumIo<kIn, 1> sum_over_components(Matrix z, const Mixture& mixture, const float* values,
                                                   Matrix out) {
    const std::int64_t components = mixture.mean.rows;
    return ops::RowSumIo<kIn, 1>{.out = {out.out()},
                                 .rows = z.rows,
                                 .terms = static_cast<std::int32_t>(components),
                                 .cols = z.cols,
                                 .width = ops::padded(z.cols),
                                 .value = values,
                                 .value_row = components,
                                 .value_term = 1};
  }
  template <int kIn>
  static ops::RowSumIo<kIn, 2> sum_over_latents(Matrix z, const Mixture& mixture, const float* values,
                                                Matrix d_mean, Matrix d_log_var) {
    const std::int64_t components = mixture.mean.rows;
    return ops::RowSumIo<kIn, 2>{.out = {d_mean.out(), d_log_var.out()},
                                 .rows = components,
                                 .terms = static_cast<std::int32_t>(z.rows),
                                 .cols = z.cols,
                                 .width = ops::padded(z.cols),
                                 .value = values,
                                 .value_row = 1,
                                 .value_term = components};
  }

  // One term needs no sum: it is its own row.
  template <class Op>
  void sum_over_terms(const Op& op, const ops::RowSumIo<Op::kIn, Op::kOut>& sum, PassContext pass,
                      const ops::NoiseSource& noise) {
    if (sum.terms > 1) return exec_.row_sum(op, sum, pass, noise);
    ops::RowIo<Op::kIn, Op::kOut> io;
    std::copy_n(sum.in, Op::kIn, io.in);
    std::copy_n(sum.out, Op::kOut, io.out);
    for (ops::Input& in : io.in) in.of = ops::Of::each;
    io.rows = sum.rows, io.cols = sum.cols, io.width = sum.width, io.row_value = sum.value;
    exec_.row_map_reduce(op, io, pass, noise);
  }

  static ops::RowIo<2, 1> logit_io(const NllOperands& of) {
    return of_samples(
        io_over<2, 1>(of.output, {of.output.in(), run_of(of.x, of.output)}, {of.d_output.out()}, of.row_nll),
        of);
  }
  template <class Op>
  void logit_nll(const Op& op, PassContext pass, const NllOperands& of) {
    exec_.row_map_reduce(op, logit_io(of), pass, {});
  }

  template <class Density>
  void location_nll(PassContext pass, const NllOperands& of) {
    const std::array<ops::Input, 3> in{of.output.in(), run_of(of.x, of.output), ops::Input{of.log_var, 0}};
    if (of.d_log_var.data == nullptr) {
      const auto io = io_over<3, 1>(of.output, in, {of.d_output.out()}, of.row_nll);
      return exec_.row_map_reduce(ops::LocationNll<Density, 1>{}, of_samples(io, of), pass, {});
    }
    const auto io = io_over<3, 2>(of.output, in, {of.d_output.out(), of.d_log_var.out()}, of.row_nll);
    exec_.row_map_reduce(ops::LocationNll<Density, 2>{}, of_samples(io, of), pass, {});
  }
  // x has a row for equal runs of the output's.
  template <class Io>
  static Io of_samples(Io io, const NllOperands& of) {
    io.samples = static_cast<std::int32_t>(of.output.rows / of.x.rows);
    return io;
  }

  void apply_derivative(PassContext pass, LayerFunction below, const Activations& kept, Matrix d_x) {
    if (below == LayerFunction::identity) return;
    with_function(below, [&]<class Function>(Function) {
      const Matrix from = Function::kKeepsInput ? kept.input : kept.output;
      exec_.row_map_reduce(ops::ActivationBackward<Function>{},
                           io_over<2, 1>(d_x, {d_x.in(), from.in()}, {d_x.out()}), pass, {});
    });
  }

  static ops::Bf16* bf16_copy(const ParameterArenas& arenas) {
    return arenas.product_element == ops::Element::bf16 ? static_cast<ops::Bf16*>(arenas.products) : nullptr;
  }

  Exec exec_;
};

}  // namespace cuvae
