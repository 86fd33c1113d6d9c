// Every op of the seam, written once over an execution space. Exec supplies the loops and services:
//
//   the services of Backend that compute nothing, under the same names
//   begin_pass, add_losses, end_step           the moves of the step state, with what they sum over
//   row_map_reduce(op, io, pass, noise)        rows up to state.pass.active_rows, zeros beyond
//   load_input(rule, source, ...)              the same for stored rows
//   map(op, io, state)                         only where state.finite, or where there is no state
//   column_sum, total                          in a fixed order
//   offers(gemm), gemm                         products; with the epilogues that are offered
//   aside(work), join_but_last                 work that later calls can overtake, but begin_pass and
//   end_step
//
// Instantiated in one translation unit per execution space.
#pragma once

#include <algorithm>
#include <array>
#include <utility>

#include "kernels/ops/activation.hpp"
#include "kernels/ops/bernoulli_nll.hpp"
#include "kernels/ops/binarize.hpp"
#include "kernels/ops/gaussian_latent.hpp"
#include "kernels/ops/gaussian_nll.hpp"
#include "kernels/ops/optimizer.hpp"
#include "src/backend/backend.hpp"
#include "src/backend/dense.hpp"
#include "src/backend/gemm.hpp"

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
  void add_losses(PassContext pass, const float* row_nll, const float* row_kl, std::int64_t rows) override {
    exec_.aside([&] { exec_.add_losses(row_nll, row_kl, rows, pass.state); });
  }
  void end_step(PassContext pass, const ParameterArenas& arenas, double clip_norm) override {
    exec_.end_step(arenas.gradients, arenas.size, arenas.scratch, clip_norm, pass.state);
  }

  void update(PassContext pass, const ParameterArenas& a, const TrainConfig& config) override {
    if (config.optimizer == Optimizer::sgd) {
      ops::Sgd op;
      op.momentum = static_cast<float>(config.momentum);
      op.weight_decay = static_cast<float>(config.weight_decay);
      exec_.map(op,
                ops::MapIo<3, 2>{{a.parameters, a.first_moments, a.gradients},
                                 {a.parameters, a.first_moments},
                                 a.size,
                                 bf16_copy(a)},
                pass.state);
      return;
    }
    exec_.map(adam(config),
              ops::MapIo<4, 3>{{a.parameters, a.first_moments, a.second_moments, a.gradients},
                               {a.parameters, a.first_moments, a.second_moments},
                               a.size,
                               bf16_copy(a)},
              pass.state);
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

  void sample_latent(PassContext pass, Matrix mean, Matrix log_var, const ops::NoiseSource& noise, Matrix z,
                     float* row_kl) override {
    exec_.row_map_reduce(ops::SampleLatent{}, io_over<2, 1>(z, {mean.in(), log_var.in()}, {z.out()}, row_kl),
                         pass, noise);
  }

  void latent_backward(PassContext pass, Matrix mean, Matrix log_var, Matrix d_z,
                       const ops::NoiseSource& noise, Matrix d_mean, Matrix d_log_var) override {
    exec_.row_map_reduce(
        ops::LatentBackward{},
        io_over<3, 2>(d_z, {mean.in(), log_var.in(), d_z.in()}, {d_mean.out(), d_log_var.out()}), pass,
        noise);
  }

  void bound_log_var(PassContext pass, Matrix log_var, Matrix bounded) override {
    exec_.row_map_reduce(ops::BoundLogVar{}, io_over<1, 1>(log_var, {log_var.in()}, {bounded.out()}), pass,
                         {});
  }

  void sample_prior(PassContext pass, const ops::NoiseSource& noise, Matrix z) override {
    exec_.row_map_reduce(ops::PriorSample{}, io_over<1, 1>(z, {ops::Input{}}, {z.out()}), pass, noise);
  }

  void bernoulli_nll(PassContext pass, Matrix logits, Matrix x, Matrix d_logits, float* row_nll) override {
    exec_.row_map_reduce(ops::BernoulliNll{},
                         io_over<2, 1>(x, {logits.in(), x.in()}, {d_logits.out()}, row_nll), pass, {});
  }

  void gaussian_nll(PassContext pass, Matrix mean, Matrix x, const float* log_var, Matrix d_mean,
                    Matrix d_log_var, float* row_nll) override {
    const ops::Input row{log_var, 0};
    if (d_log_var.data == nullptr) {
      exec_.row_map_reduce(ops::GaussianNll{},
                           io_over<3, 1>(x, {mean.in(), x.in(), row}, {d_mean.out()}, row_nll), pass, {});
      return;
    }
    exec_.row_map_reduce(ops::GaussianNllLearned{},
                         io_over<3, 2>(x, {mean.in(), x.in(), row}, {d_mean.out(), d_log_var.out()}, row_nll),
                         pass, {});
  }

  void sigmoid(PassContext pass, Matrix logits) override {
    exec_.row_map_reduce(ops::Sigmoid{}, io_over<1, 1>(logits, {logits.in()}, {logits.out()}), pass, {});
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
  static ops::Adam adam(const TrainConfig& config) {
    ops::Adam op;
    op.beta1 = static_cast<float>(config.beta1);
    op.beta2 = static_cast<float>(config.beta2);
    op.one_minus_beta1 = static_cast<float>(1.0 - config.beta1);
    op.one_minus_beta2 = static_cast<float>(1.0 - config.beta2);
    op.epsilon = static_cast<float>(config.epsilon);
    const bool decoupled = config.optimizer == Optimizer::adamw;
    op.weight_decay = decoupled ? 0.0f : static_cast<float>(config.weight_decay);
    op.decoupled_decay = decoupled ? static_cast<float>(config.weight_decay) : 0.0f;
    return op;
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
