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

// The operands of one call, in backend memory. Methods that write over an input find it in out[0].
struct SeamCall {
  Backend& backend;
  PassContext pass;
  std::int64_t active_rows;
  const std::vector<Tensor>& in;
  const std::vector<Tensor>& out;
  float* row_loss;
  ops::NoiseSource noise;

  [[nodiscard]] Matrix input(std::size_t which) const { return in[which].matrix(); }
  [[nodiscard]] Matrix output(std::size_t which) const { return out[which].matrix(); }
};

template <class Op>
inline constexpr bool kWritesOverItsInput = false;
template <>
inline constexpr bool kWritesOverItsInput<ops::BernoulliNll> = true;
template <>
inline constexpr bool kWritesOverItsInput<ops::Sigmoid> = true;
template <>
inline constexpr bool kWritesOverItsInput<ops::ContinuousBernoulliNll> = true;
template <>
inline constexpr bool kWritesOverItsInput<ops::ContinuousBernoulliMean> = true;
template <class Density, int kOutputs>
inline constexpr bool kWritesOverItsInput<ops::LocationNll<Density, kOutputs>> = true;

template <>
inline constexpr bool kWritesOverItsInput<ops::Sum> = true;

inline void run_logit_nll(const SeamCall& c, Likelihood likelihood) {
  c.backend.nll(c.pass, likelihood,
                {.output = c.output(0), .x = c.input(1), .d_output = c.output(0), .row_nll = c.row_loss});
}
inline void run(const SeamCall& c, ops::BernoulliNll) { run_logit_nll(c, Likelihood::bernoulli); }
inline void run(const SeamCall& c, ops::ContinuousBernoulliNll) {
  run_logit_nll(c, Likelihood::continuous_bernoulli);
}
inline void run(const SeamCall& c, ops::Sigmoid) {
  c.backend.likelihood_mean(c.pass, Likelihood::bernoulli, 0, c.output(0));
}
inline void run(const SeamCall& c, ops::ContinuousBernoulliMean) {
  c.backend.likelihood_mean(c.pass, Likelihood::continuous_bernoulli, 0, c.output(0));
}

inline Likelihood likelihood_of(ops::Gaussian) { return Likelihood::gaussian; }
inline Likelihood likelihood_of(ops::Laplace) { return Likelihood::laplace; }
inline Likelihood likelihood_of(ops::DiscretizedLogistic) { return Likelihood::discretized_logistic; }

template <class Density, int kOutputs>
void run(const SeamCall& c, ops::LocationNll<Density, kOutputs>) {
  c.backend.nll(c.pass, likelihood_of(Density{}),
                {.output = c.output(0),
                 .x = c.input(1),
                 .log_var = c.input(2).floats(),
                 .d_output = c.output(0),
                 .d_log_var = kOutputs == 2 ? c.output(1) : Matrix{},
                 .row_nll = c.row_loss});
}
inline void run(const SeamCall& c, ops::SampleLatent) {
  c.backend.sample_latent(c.pass, LatentKl{}, c.input(0), c.input(1), c.noise, c.output(0), c.row_loss);
}
inline void latent_backward(const SeamCall& c, const LatentKl& kl) {
  c.backend.latent_backward(c.pass, kl, c.input(0), c.input(1), c.input(2), nullptr, c.noise, c.output(0),
                            c.output(1));
}
inline void run(const SeamCall& c, ops::LatentBackward) { latent_backward(c, LatentKl{}); }
inline void run(const SeamCall& c, ops::SampleLatentAlone) {
  c.backend.sample_latent(c.pass, {.form = LatentKl::Form::sampled}, c.input(0), c.input(1), c.noise,
                          c.output(0), c.row_loss);
}
inline void run(const SeamCall& c, ops::LatentAloneBackward<ops::SampleGradient::total>) {
  latent_backward(c, {LatentKl::Form::sampled, ops::SampleGradient::total});
}
inline void run(const SeamCall& c, ops::LatentAloneBackward<ops::SampleGradient::path>) {
  latent_backward(c, {LatentKl::Form::sampled, ops::SampleGradient::path});
}
inline void run(const SeamCall& c, ops::LatentAloneBackward<ops::SampleGradient::doubly>) {
  latent_backward(c, {LatentKl::Form::sampled, ops::SampleGradient::doubly});
}
// It adds to the KL.
inline void run(const SeamCall& c, ops::GaussianDensity) {
  const std::vector<float> zeros(static_cast<std::size_t>(c.input(0).rows), 0.0f);
  c.backend.upload(c.row_loss, zeros.data(), static_cast<std::int64_t>(zeros.size() * sizeof(float)));
  c.backend.gaussian_density(c.pass, c.input(0), c.input(1), c.input(2), c.output(0), c.output(1),
                             c.output(2), c.row_loss);
}
inline void run(const SeamCall& c, ops::ClampUnit) { c.backend.clamp_unit(c.pass, c.input(0), c.output(0)); }
inline void run(const SeamCall& c, ops::ClampUnitBackward) {
  c.backend.clamp_unit_backward(c.pass, c.input(0), c.input(1), c.output(0));
}
inline void run(const SeamCall& c, ops::Sum) {
  c.backend.add_rows(c.pass, c.input(1), c.output(0), GradientMode::accumulate);
}
inline void run(const SeamCall& c, ops::BoundLogVar) {
  c.backend.bound_log_var(c.pass, c.input(0), c.output(0));
}
inline void run(const SeamCall& c, ops::PriorSample) { c.backend.sample_prior(c.pass, c.noise, c.output(0)); }

// load_input owns whole rows, up to their leading dimension.
template <class Op>
inline constexpr Surroundings kAroundOutputs = Surroundings::guarded;
template <>
inline constexpr Surroundings kAroundOutputs<ops::BinarizeDynamic> = Surroundings::none;
template <>
inline constexpr Surroundings kAroundOutputs<ops::BinarizeThreshold> = Surroundings::none;

inline void load(const SeamCall& c, Binarize binarize) {
  const RowSource rows{c.input(0).data, ops::Element::f32, c.input(0).ld, 1.0f};
  c.backend.load_input(c.pass, rows, Backend::Gather::in_place, binarize, c.noise, c.output(0), {});
}
inline void run(const SeamCall& c, ops::BinarizeDynamic) { load(c, Binarize::dynamic); }
inline void run(const SeamCall& c, ops::BinarizeThreshold) { load(c, Binarize::threshold); }

inline LayerFunction layer_of(ops::Identity) { return LayerFunction::identity; }
inline LayerFunction layer_of(ops::Relu) { return LayerFunction::relu; }
inline LayerFunction layer_of(ops::Tanh) { return LayerFunction::tanh; }
inline LayerFunction layer_of(ops::Gelu) { return LayerFunction::gelu; }
inline LayerFunction layer_of(ops::Silu) { return LayerFunction::silu; }
inline LayerFunction layer_of(ops::Softplus) { return LayerFunction::softplus; }

inline void run(const SeamCall& c, ops::Glu) { c.backend.glu(c.pass, c.input(0), c.input(1), c.output(0)); }
inline void run(const SeamCall& c, ops::GluBackward) {
  c.backend.glu_backward(c.pass, c.input(0), c.input(1), c.input(2), c.output(0), c.output(1));
}

// The identity matrix, with zeros from row `ones` on: a product with it gives the other factor, exactly.
inline std::vector<float> identity_matrix(std::int64_t rows, std::int64_t ones) {
  std::vector<float> values(static_cast<std::size_t>(rows * rows));
  for (std::int64_t i = 0; i < ones; ++i) values[static_cast<std::size_t>(i * rows + i)] = 1.0f;
  return values;
}

inline Matrix with_padding_as_rows(Matrix matrix, std::int32_t cols) {
  return {matrix.data, matrix.rows, static_cast<std::int32_t>(ops::padded(cols)), matrix.ld};
}

inline DenseWeights weights(Matrix weight, float* bias = nullptr) { return {weight, bias, bias}; }

template <class Function>
void run(const SeamCall& c, ops::BiasActivation<Function>) {
  const auto rows = static_cast<std::int32_t>(c.input(0).rows), cols = c.input(0).cols;
  const auto padded_cols = static_cast<std::int32_t>(ops::padded(cols));
  const std::vector<float> values = c.in[0].values();
  std::vector<float> transposed(static_cast<std::size_t>(padded_cols) * static_cast<std::size_t>(rows));
  for (std::int32_t row = 0; row < rows; ++row) {
    for (std::int32_t col = 0; col < cols; ++col)
      transposed[static_cast<std::size_t>(col * rows + row)] =
          values[static_cast<std::size_t>(row * cols + col)];
  }
  const Tensor x(c.backend, rows, rows, identity_matrix(rows, rows));
  const Tensor weight(c.backend, padded_cols, rows, transposed);
  const Activations out{c.output(0), Function::kKeepsInput ? c.output(1) : Matrix{}, {}};
  c.backend.dense_forward(c.pass, x.matrix(),
                          weights(with_padding_as_rows(weight.matrix(), rows), c.input(1).floats()),
                          layer_of(Function{}), out);
}

template <class Function>
void run(const SeamCall& c, ops::ActivationBackward<Function>) {
  const auto rows = static_cast<std::int32_t>(c.input(0).rows), cols = c.input(0).cols;
  const Tensor d_y(c.backend, rows, rows,
                   identity_matrix(rows, c.active_rows));  // zero where no row is active
  const std::int64_t padded_rows = ops::padded(rows);
  std::vector<float> d_h = c.in[0].values();
  d_h.resize(static_cast<std::size_t>(padded_rows * cols));
  const Tensor weight(c.backend, padded_rows, cols, d_h);
  const Activations below{
      Function::kKeepsInput ? Matrix{} : c.input(1), Function::kKeepsInput ? c.input(1) : Matrix{}, {}};
  c.backend.dense_backward_input(c.pass, d_y.matrix(), weights(with_padding_as_rows(weight.matrix(), cols)),
                                 layer_of(Function{}), below, c.output(0));
}

// The configuration that makes Backend::update run an op of the table.
inline TrainConfig config_of(const ops::Adam& op) {
  TrainConfig config;
  config.optimizer = op.decoupled_decay > 0 ? Optimizer::adamw : Optimizer::adam;
  config.weight_decay = static_cast<double>(op.decoupled_decay + op.weight_decay);
  return config;
}
inline TrainConfig config_with(Optimizer optimizer, float weight_decay) {
  TrainConfig config;
  config.optimizer = optimizer;
  config.weight_decay = static_cast<double>(weight_decay);
  return config;
}
inline TrainConfig config_of(const ops::IwaeAdam& op) {
  return config_with(Optimizer::iwae_adam, op.weight_decay);
}
inline TrainConfig config_of(const ops::AdaMax& op) {
  return config_with(Optimizer::adamax, op.weight_decay);
}
inline TrainConfig config_of(const ops::RmsProp& op) {
  return config_with(Optimizer::rmsprop, op.weight_decay);
}
inline TrainConfig config_of(const ops::Sgd& op) {
  TrainConfig config;
  config.optimizer = Optimizer::sgd;
  config.momentum = static_cast<double>(op.momentum);
  config.weight_decay = static_cast<double>(op.weight_decay);
  return config;
}

}  // namespace cuvae::test
