// The model as fixed lists of phases over buffers that are allocated once: the forward pass, the likelihood
// with its gradient, and the backward pass.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "src/backend/backend.hpp"
#include "src/model/layout.hpp"
#include "src/model/parameters.hpp"

namespace cuvae::model {

struct Phase {
  std::string name;
  std::function<void()> run;
};

enum class Use { inference, training };

// How a backend wants what a network computes to be stored.
struct Forms {
  ops::Element products = ops::Element::f32;            // operands of matrix products
  std::function<bool(const LayerShape&)> keeps_mask{};  // of a ReLU; none: never
};
[[nodiscard]] Forms forms_of(Backend& backend);

// Sizes of every buffer of a network, before anything is allocated.
struct NetworkPlan {
  struct Item {
    std::string name;
    std::int64_t rows = 0;
    std::int32_t cols = 0;
    ops::Element element = ops::Element::f32;
  };
  std::vector<Item> items;
  [[nodiscard]] std::int64_t bytes() const;
};
[[nodiscard]] NetworkPlan plan_network(const ModelConfig& config, std::int64_t rows, Use use,
                                       const Forms& forms = {});

// What a pass reads: which rows, and the noise of this kind of pass.
struct Input {
  RowSource source;
  Backend::Gather gather = Backend::Gather::by_row_id;
  Binarize binarize = Binarize::none;
  ops::NoiseSource binarize_noise, latent_noise;
};

class Network {
 public:
  // `rows` is the most a pass can take; rows beyond the pass's active ones cost time but change nothing.
  Network(Backend& backend, const ModelConfig& config, const Layout& layout, const Parameters& parameters,
          std::int64_t rows, Use use);
  Network(const Network&) = delete;  // phases hold its address
  Network& operator=(const Network&) = delete;

  [[nodiscard]] std::int64_t rows() const { return rows_; }
  [[nodiscard]] PassContext pass() const { return {state_, row_ids_}; }
  [[nodiscard]] Input& input() { return input_; }

  // Lists of phases; each may be run any number of times.
  [[nodiscard]] std::vector<Phase> load_phases();    // input -> x
  [[nodiscard]] std::vector<Phase> encode_phases();  // x -> mean, log_var
  [[nodiscard]] std::vector<Phase> sample_phases();  // mean, log_var -> z, row_kl
  [[nodiscard]] std::vector<Phase> decode_phases();  // z -> decoder output
  [[nodiscard]] std::vector<Phase> loss_phases();    // decoder output -> row_nll, and its gradient in place
  [[nodiscard]] std::vector<Phase> backward_phases(GradientMode mode);  // Use::training: -> gradients

  // Buffers that callers read or write.
  [[nodiscard]] Matrix x() const { return x_; }
  [[nodiscard]] Matrix mean() const { return mean_; }
  [[nodiscard]] Matrix log_var() const { return log_var_; }  // before its soft bound
  [[nodiscard]] Matrix z() const { return z_; }
  [[nodiscard]] Matrix output() const { return output_; }
  [[nodiscard]] float* row_nll() const { return row_nll_; }
  [[nodiscard]] float* row_kl() const { return row_kl_; }

  // Host copies for the caller, as floats: n rows x cols, without padding.
  [[nodiscard]] std::vector<float> download(Matrix matrix, std::int64_t rows) const;
  void upload_rows(Matrix matrix, std::span<const float> values);
  void set_state(const ops::StepState& state);
  [[nodiscard]] ops::StepState state() const;
  void set_row_ids(std::span<const std::int64_t> ids);
  void download_row_ids(std::span<std::int64_t> ids) const;

  // The first tensor with a non-finite value, in the order of computation (parameters, activations, losses,
  // gradients), as a phrase for an error message; empty where there is none. Or the first parameter, by name.
  [[nodiscard]] std::string first_non_finite() const;
  [[nodiscard]] std::string non_finite_parameter() const;

 private:
  // One dense layer, bound to its buffers. The last of a chain (the head, the output) has no activation.
  struct Layer {
    std::string name;
    DenseSlot slot;
    LayerFunction function = LayerFunction::identity;
    Matrix input;
    Activations activations;
  };

  void bind_buffers();
  [[nodiscard]] std::string non_finite_in(const float* arena) const;
  [[nodiscard]] Matrix columns(Matrix whole, std::int64_t first, std::int32_t cols) const;
  [[nodiscard]] Matrix matrix(const std::string& name) const;
  [[nodiscard]] std::vector<Layer> bind_hidden(const std::string& side, const std::vector<DenseSlot>& slots,
                                               Matrix input) const;
  [[nodiscard]] std::vector<Phase> forward(const std::vector<Layer>& chain);
  void backward(std::vector<Phase>& phases, const std::vector<Layer>& chain, Matrix d_y, Matrix d_input,
                GradientMode mode);
  void variance_backward(std::vector<Phase>& phases, GradientMode mode);

  Backend* backend_;
  ModelConfig config_;
  const Layout* layout_;
  ParameterArenas arenas_;
  std::int64_t rows_;
  NetworkPlan plan_;
  Backend::Buffer buffer_, state_buffer_, ids_buffer_;
  Input input_;

  ops::StepState* state_ = nullptr;
  std::int64_t* row_ids_ = nullptr;
  Matrix x_, product_x_, head_, mean_, log_var_, z_, output_;
  Matrix d_output_, d_head_, d_z_, d_hidden_[2], d_output_log_var_;
  float* row_nll_ = nullptr;
  float* row_kl_ = nullptr;
  float* output_log_var_ = nullptr;        // one row for all rows
  float* d_output_log_var_row_ = nullptr;  // of a shared log-variance
  std::vector<Layer> encoder_, decoder_;
};

}  // namespace cuvae::model
