// Every op of the seam, written once over an execution space. Exec supplies the loops and services:
//
//   allocate, release, upload, download, synchronize, reads_host_memory, device
//   single(move, state)                        a step-state move
//   row_map_reduce(op, io, pass, noise)        rows up to state.pass.active_rows, zeros beyond
//   map(op, io, pass)                          only where state.finite
//   column_sum, sum_rows, sum_squares, total   in a fixed order
//   gemm, gather, pick_rows
//
// Instantiated in one translation unit per execution space.
#pragma once

#include "kernels/ops/activation.hpp"
#include "kernels/ops/bernoulli_nll.hpp"
#include "kernels/ops/binarize.hpp"
#include "kernels/ops/gaussian_latent.hpp"
#include "kernels/ops/gaussian_nll.hpp"
#include "kernels/ops/optimizer.hpp"
#include "src/backend/backend.hpp"
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
  explicit BackendOn(const Exec& exec) : exec_(exec) {}

  Device device() const override { return exec_.device(); }
  Buffer allocate(std::int64_t bytes) override { return Buffer(exec_.allocate(bytes), Release{this}); }
  void upload(void* to, const void* from, std::int64_t bytes) override { exec_.upload(to, from, bytes); }
  void download(void* to, const void* from, std::int64_t bytes) override { exec_.download(to, from, bytes); }
  void synchronize() override { exec_.synchronize(); }
  bool reads_host_memory() const override { return exec_.reads_host_memory(); }

  void begin_pass(PassContext pass, const ops::PassPlan* table) override {
    exec_.single(ops::BeginPass{table}, pass.state);
  }
  void pick_rows(PassContext pass, const ops::RowOrder& order, std::int64_t rows) override {
    exec_.pick_rows(order, pass, rows);
  }
  void add_losses(PassContext pass, const float* row_nll, const float* row_kl, std::int64_t rows) override {
    exec_.sum_rows(row_nll, row_kl, rows, pass.state);
  }
  void judge_gradient(PassContext pass, const ParameterArenas& arenas, double clip_norm) override {
    exec_.sum_squares(arenas.gradients, arenas.size, arenas.partials, clip_norm, pass.state);
  }
  void advance_step(PassContext pass) override { exec_.single(ops::AdvanceStep{}, pass.state); }

  void update(PassContext pass, const ParameterArenas& a, const TrainConfig& config) override {
    if (config.optimizer == Optimizer::sgd) {
      ops::Sgd op;
      op.momentum = static_cast<float>(config.momentum);
      op.weight_decay = static_cast<float>(config.weight_decay);
      exec_.map(op,
                ops::MapIo<3, 2>{
                    {a.parameters, a.first_moments, a.gradients}, {a.parameters, a.first_moments}, a.size},
                pass);
      return;
    }
    exec_.map(adam(config),
              ops::MapIo<4, 3>{{a.parameters, a.first_moments, a.second_moments, a.gradients},
                               {a.parameters, a.first_moments, a.second_moments},
                               a.size},
              pass);
  }

  void load_input(PassContext pass, const RowSource& source, Gather gather, Binarize binarize,
                  const ops::NoiseSource& noise, Matrix x) override {
    exec_.gather(source, gather, pass, x);
    const ops::RowIo<1, 1> io{{x.data}, {x.data}, nullptr, {x.ld}, {x.ld}, x.rows, x.cols};
    if (binarize == Binarize::dynamic) exec_.row_map_reduce(ops::BinarizeDynamic{}, io, pass, noise);
    if (binarize == Binarize::threshold) exec_.row_map_reduce(ops::BinarizeThreshold{}, io, pass, noise);
  }

  void dense_forward(PassContext pass, Matrix x, const DenseWeights& w, LayerFunction function,
                     const Activations& out) override {
    const Matrix h = out.output;
    exec_.gemm(Gemm{.m = x.rows,
                    .n = w.weight.rows,
                    .k = w.weight.cols,
                    .a = x.data,
                    .lda = x.ld,
                    .b = w.weight.data,
                    .ldb = w.weight.ld,
                    .layout_b = Layout::transposed,
                    .c = h.data,
                    .ldc = h.ld});
    with_function(function, [&]<class Function>(Function) {
      using Op = ops::BiasActivation<Function>;
      ops::RowIo<2, Op::kOut> io{{h.data, w.bias}, {h.data}, nullptr, {h.ld, 0}, {h.ld}, h.rows, h.cols};
      if constexpr (Function::kKeepsInput) {
        io.out[1] = out.input.data;
        io.ld_out[1] = out.input.ld;
      }
      exec_.row_map_reduce(Op{}, io, pass, {});
    });
  }

  void dense_backward_weights(PassContext pass, Matrix d_y, Matrix x, const DenseWeights& gradients,
                              GradientMode mode) override {
    const Matrix d_w = gradients.weight;
    exec_.gemm(Gemm{.m = d_w.rows,
                    .n = d_w.cols,
                    .k = d_y.rows,
                    .a = d_y.data,
                    .lda = d_y.ld,
                    .layout_a = Layout::transposed,
                    .b = x.data,
                    .ldb = x.ld,
                    .c = d_w.data,
                    .ldc = d_w.ld,
                    .mode = mode});
    exec_.column_sum(d_y, gradients.bias, mode, pass);
  }

  void dense_backward_input(PassContext pass, Matrix d_y, const DenseWeights& w, LayerFunction function_below,
                            const Activations& below, Matrix d_x) override {
    exec_.gemm(Gemm{.m = d_y.rows,
                    .n = w.weight.cols,
                    .k = w.weight.rows,
                    .a = d_y.data,
                    .lda = d_y.ld,
                    .b = w.weight.data,
                    .ldb = w.weight.ld,
                    .c = d_x.data,
                    .ldc = d_x.ld});
    if (function_below == LayerFunction::identity) return;
    with_function(function_below, [&]<class Function>(Function) {
      const Matrix kept = Function::kKeepsInput ? below.input : below.output;
      const ops::RowIo<2, 1> io{
          {d_x.data, kept.data}, {d_x.data}, nullptr, {d_x.ld, kept.ld}, {d_x.ld}, d_x.rows, d_x.cols};
      exec_.row_map_reduce(ops::ActivationBackward<Function>{}, io, pass, {});
    });
  }

  void sample_latent(PassContext pass, Matrix mean, Matrix log_var, const ops::NoiseSource& noise, Matrix z,
                     float* row_kl) override {
    exec_.row_map_reduce(
        ops::SampleLatent{},
        ops::RowIo<2, 1>{
            {mean.data, log_var.data}, {z.data}, row_kl, {mean.ld, log_var.ld}, {z.ld}, z.rows, z.cols},
        pass, noise);
  }

  void latent_backward(PassContext pass, Matrix mean, Matrix log_var, Matrix d_z,
                       const ops::NoiseSource& noise, Matrix d_mean, Matrix d_log_var) override {
    exec_.row_map_reduce(ops::LatentBackward{},
                         ops::RowIo<3, 2>{{mean.data, log_var.data, d_z.data},
                                          {d_mean.data, d_log_var.data},
                                          nullptr,
                                          {mean.ld, log_var.ld, d_z.ld},
                                          {d_mean.ld, d_log_var.ld},
                                          d_z.rows,
                                          d_z.cols},
                         pass, noise);
  }

  void bound_log_var(PassContext pass, Matrix log_var, Matrix bounded) override {
    exec_.row_map_reduce(
        ops::BoundLogVar{},
        ops::RowIo<1, 1>{
            {log_var.data}, {bounded.data}, nullptr, {log_var.ld}, {bounded.ld}, bounded.rows, bounded.cols},
        pass, {});
  }

  void sample_prior(PassContext pass, const ops::NoiseSource& noise, Matrix z) override {
    exec_.row_map_reduce(ops::PriorSample{},
                         ops::RowIo<1, 1>{{nullptr}, {z.data}, nullptr, {0}, {z.ld}, z.rows, z.cols}, pass,
                         noise);
  }

  void bernoulli_nll(PassContext pass, Matrix logits, Matrix x, float* row_nll) override {
    exec_.row_map_reduce(
        ops::BernoulliNll{},
        ops::RowIo<2, 1>{
            {logits.data, x.data}, {logits.data}, row_nll, {logits.ld, x.ld}, {logits.ld}, x.rows, x.cols},
        pass, {});
  }

  void gaussian_nll(PassContext pass, Matrix mean, Matrix x, const float* log_var, Matrix d_log_var,
                    float* row_nll) override {
    if (d_log_var.data == nullptr) {
      exec_.row_map_reduce(ops::GaussianNll{},
                           ops::RowIo<3, 1>{{mean.data, x.data, log_var},
                                            {mean.data},
                                            row_nll,
                                            {mean.ld, x.ld, 0},
                                            {mean.ld},
                                            x.rows,
                                            x.cols},
                           pass, {});
      return;
    }
    exec_.row_map_reduce(ops::GaussianNllLearned{},
                         ops::RowIo<3, 2>{{mean.data, x.data, log_var},
                                          {mean.data, d_log_var.data},
                                          row_nll,
                                          {mean.ld, x.ld, 0},
                                          {mean.ld, d_log_var.ld},
                                          x.rows,
                                          x.cols},
                         pass, {});
  }

  void sigmoid(PassContext pass, Matrix logits) override {
    exec_.row_map_reduce(
        ops::Sigmoid{},
        ops::RowIo<1, 1>{
            {logits.data}, {logits.data}, nullptr, {logits.ld}, {logits.ld}, logits.rows, logits.cols},
        pass, {});
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

  Exec exec_;
};

}  // namespace cuvae
