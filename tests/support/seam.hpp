// A row op of the table through the method of Backend that runs it, whichever that is.
#pragma once

#include <vector>

#include "support/op_table.hpp"
#include "support/tensor.hpp"

namespace cuvae::test {

// A pass on a backend: its state and the data-set rows behind its rows.
class Pass {
 public:
  Pass(Backend& backend, const ops::StepState& state, const std::vector<std::int64_t>& row_ids)
      : backend_(&backend),
        state_(backend.allocate(sizeof(state))),
        row_ids_(backend.allocate(static_cast<std::int64_t>(row_ids.size() * sizeof(std::int64_t)))) {
    backend.upload(state_.get(), &state, sizeof(state));
    backend.upload(row_ids_.get(), row_ids.data(),
                   static_cast<std::int64_t>(row_ids.size() * sizeof(std::int64_t)));
  }
  [[nodiscard]] PassContext context() const {
    return {reinterpret_cast<ops::StepState*>(state_.get()), reinterpret_cast<std::int64_t*>(row_ids_.get())};
  }
  [[nodiscard]] ops::StepState state() const {
    ops::StepState state;
    backend_->download(&state, state_.get(), sizeof(state));
    return state;
  }

 private:
  Backend* backend_;
  Backend::Buffer state_, row_ids_;
};

// Inputs as rows x cols values (one row where the table says so); outputs and row_loss in backend memory.
struct SeamCall {
  Backend& backend;
  PassContext pass;
  std::int64_t active_rows;
  std::int64_t rows;
  std::int32_t cols;
  std::vector<std::vector<float>> in;
  std::vector<Tensor>& out;
  float* row_loss;
  ops::NoiseSource noise;

  [[nodiscard]] Tensor input(std::size_t which) const {
    return Tensor(backend, static_cast<std::int64_t>(in[which].size()) / cols, cols, in[which]);
  }
  // For methods that write over an input.
  [[nodiscard]] Matrix in_place(std::size_t which) const {
    out[0].fill(in[which]);
    return out[0].matrix();
  }
};

inline void run(const SeamCall& c, ops::BernoulliNll) {
  const Tensor x = c.input(1);
  c.backend.bernoulli_nll(c.pass, c.in_place(0), x.matrix(), c.row_loss);
}
inline void run(const SeamCall& c, ops::Sigmoid) { c.backend.sigmoid(c.pass, c.in_place(0)); }
inline void run(const SeamCall& c, ops::GaussianNll) {
  const Tensor x = c.input(1), log_var = c.input(2);
  c.backend.gaussian_nll(c.pass, c.in_place(0), x.matrix(), log_var.data(), {}, c.row_loss);
}
inline void run(const SeamCall& c, ops::GaussianNllLearned) {
  const Tensor x = c.input(1), log_var = c.input(2);
  c.backend.gaussian_nll(c.pass, c.in_place(0), x.matrix(), log_var.data(), c.out[1].matrix(), c.row_loss);
}
inline void run(const SeamCall& c, ops::SampleLatent) {
  const Tensor mean = c.input(0), log_var = c.input(1);
  c.backend.sample_latent(c.pass, mean.matrix(), log_var.matrix(), c.noise, c.out[0].matrix(), c.row_loss);
}
inline void run(const SeamCall& c, ops::LatentBackward) {
  const Tensor mean = c.input(0), log_var = c.input(1), d_z = c.input(2);
  c.backend.latent_backward(c.pass, mean.matrix(), log_var.matrix(), d_z.matrix(), c.noise, c.out[0].matrix(),
                            c.out[1].matrix());
}
inline void run(const SeamCall& c, ops::BoundLogVar) {
  const Tensor log_var = c.input(0);
  c.backend.bound_log_var(c.pass, log_var.matrix(), c.out[0].matrix());
}
inline void run(const SeamCall& c, ops::PriorSample) {
  c.backend.sample_prior(c.pass, c.noise, c.out[0].matrix());
}

// load_input owns whole rows, up to their leading dimension.
template <class Op>
inline constexpr Surroundings kAroundOutputs = Surroundings::guarded;
template <>
inline constexpr Surroundings kAroundOutputs<ops::BinarizeDynamic> = Surroundings::none;
template <>
inline constexpr Surroundings kAroundOutputs<ops::BinarizeThreshold> = Surroundings::none;

inline void load(const SeamCall& c, Binarize binarize) {
  const Tensor source = c.input(0);
  const RowSource rows{source.data(), RowSource::Type::f32, source.matrix().ld, 1.0f};
  c.backend.load_input(c.pass, rows, Backend::Gather::in_place, binarize, c.noise, c.out[0].matrix());
}
inline void run(const SeamCall& c, ops::BinarizeDynamic) { load(c, Binarize::dynamic); }
inline void run(const SeamCall& c, ops::BinarizeThreshold) { load(c, Binarize::threshold); }

inline LayerFunction layer_of(ops::Identity) { return LayerFunction::identity; }
inline LayerFunction layer_of(ops::Relu) { return LayerFunction::relu; }
inline LayerFunction layer_of(ops::Tanh) { return LayerFunction::tanh; }
inline LayerFunction layer_of(ops::Gelu) { return LayerFunction::gelu; }
inline LayerFunction layer_of(ops::Silu) { return LayerFunction::silu; }
inline LayerFunction layer_of(ops::Softplus) { return LayerFunction::softplus; }

// The identity matrix, with zeros from row `ones` on: a product with it gives the other factor, exactly.
inline std::vector<float> identity_matrix(std::int64_t rows, std::int64_t ones) {
  std::vector<float> values(static_cast<std::size_t>(rows * rows));
  for (std::int64_t i = 0; i < ones; ++i) values[static_cast<std::size_t>(i * rows + i)] = 1.0f;
  return values;
}

inline Matrix with_padding_as_rows(Matrix matrix, std::int32_t cols) {
  return {matrix.data, matrix.rows, static_cast<std::int32_t>(ops::padded(cols)), matrix.ld};
}

template <class Function>
void run(const SeamCall& c, ops::BiasActivation<Function>) {
  const auto rows = static_cast<std::int32_t>(c.rows),
             padded_cols = static_cast<std::int32_t>(ops::padded(c.cols));
  std::vector<float> transposed(static_cast<std::size_t>(padded_cols * c.rows));
  for (std::int64_t row = 0; row < c.rows; ++row) {
    for (std::int64_t col = 0; col < c.cols; ++col) {
      transposed[static_cast<std::size_t>(col * c.rows + row)] =
          c.in[0][static_cast<std::size_t>(row * c.cols + col)];
    }
  }
  const Tensor x(c.backend, c.rows, rows, identity_matrix(c.rows, c.rows));
  const Tensor weight(c.backend, padded_cols, rows, transposed), bias = c.input(1);
  const Activations out{c.out[0].matrix(), Function::kKeepsInput ? c.out[1].matrix() : Matrix{}};
  c.backend.dense_forward(c.pass, x.matrix(), {with_padding_as_rows(weight.matrix(), rows), bias.data()},
                          layer_of(Function{}), out);
}

template <class Function>
void run(const SeamCall& c, ops::ActivationBackward<Function>) {
  const auto rows = static_cast<std::int32_t>(c.rows);
  // The gradient of a row that is not active is zero; only the identity, which runs no loop, relies on that.
  const bool relies = layer_of(Function{}) == LayerFunction::identity;
  const Tensor d_y(c.backend, c.rows, rows, identity_matrix(c.rows, relies ? c.active_rows : c.rows));
  const std::int64_t padded_rows = ops::padded(c.rows);
  std::vector<float> d_h = c.in[0];
  d_h.resize(static_cast<std::size_t>(padded_rows * c.cols));
  const Tensor weight(c.backend, padded_rows, c.cols, d_h), kept = c.input(1);
  const Activations below{Function::kKeepsInput ? Matrix{} : kept.matrix(),
                          Function::kKeepsInput ? kept.matrix() : Matrix{}};
  c.backend.dense_backward_input(c.pass, d_y.matrix(),
                                 {with_padding_as_rows(weight.matrix(), c.cols), nullptr},
                                 layer_of(Function{}), below, c.out[0].matrix());
}

// The configuration that makes Backend::update run an op of the table.
inline TrainConfig config_of(const ops::Adam& op) {
  TrainConfig config;
  config.optimizer = op.decoupled_decay > 0 ? Optimizer::adamw : Optimizer::adam;
  config.weight_decay = static_cast<double>(op.decoupled_decay + op.weight_decay);
  return config;
}
inline TrainConfig config_of(const ops::Sgd& op) {
  TrainConfig config;
  config.optimizer = Optimizer::sgd;
  config.momentum = static_cast<double>(op.momentum);
  config.weight_decay = static_cast<double>(op.weight_decay);
  return config;
}

}  // namespace cuvae::test
