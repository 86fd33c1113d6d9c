// The model as fixed lists of phases over buffers that are allocated once: the forward pass, the likelihood
// with its gradient, and the backward pass.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "src/backend/backend.hpp"
#include "src/model/batch_loss.hpp"
#include "src/model/buffers.hpp"
#include "src/model/chain.hpp"
#include "src/model/latent_prior.hpp"
#include "src/model/layout.hpp"
#include "src/model/parameters.hpp"
#include "src/model/phase.hpp"
#include "src/model/sampling.hpp"

namespace cuvae::model {

[[nodiscard]] NetworkPlan plan_network(const ModelConfig& config, std::int64_t rows, Use use,
                                       const Sampling& sampling = {}, const Forms& forms = {});

// What a pass reads: which rows, and the noise of this kind of pass.
struct Input {
  RowSource source;
  RowSource labels;  // of every row of the data, by its row id
  Backend::Gather gather = Backend::Gather::by_row_id;
  Binarize binarize = Binarize::none;
  ops::NoiseSource binarize_noise, latent_noise, prior_noise;
};

class Network {
 public:
  // `rows` is the most a pass can take; rows beyond the pass's active ones cost time but change nothing.
  Network(Backend& backend, const ModelConfig& config, const Layout& layout, const Parameters& parameters,
          std::int64_t rows, Use use, const Sampling& sampling = {});
  Network(const Network&) = delete;  // phases hold its address
  Network& operator=(const Network&) = delete;

  [[nodiscard]] std::int64_t rows() const { return rows_; }
  // Of matrices with a row for each row of the pass, and of those with one for each of its samples.
  [[nodiscard]] PassContext pass() const { return {state_, row_ids_}; }
  [[nodiscard]] PassContext sample_pass() const { return {state_, row_ids_, sampling_.samples}; }
  [[nodiscard]] Input& input() { return input_; }

  // Lists of phases; each may be run any number of times.
  [[nodiscard]] std::vector<Phase> load_phases();    // input -> x, labels
  [[nodiscard]] std::vector<Phase> encode_phases();  // x -> mean, log_var
  [[nodiscard]] std::vector<Phase> sample_phases();  // mean, log_var -> z, row_kl
  [[nodiscard]] std::vector<Phase> decode_phases();  // z -> decoder output
  [[nodiscard]] std::vector<Phase> prior_phases();   // row ids -> z ~ p(z); for inference, of one sample
  [[nodiscard]] std::vector<Phase> mean_phases();    // decoder output -> mean of p(x|z), in place
  [[nodiscard]] std::vector<Phase> loss_phases();    // decoder output -> row_nll, and its gradient in place
  [[nodiscard]] std::vector<Phase> backward_phases(GradientMode mode);  // Use::training: -> gradients

  // Buffers that callers read or write.
  [[nodiscard]] Matrix x() const { return x_; }
  [[nodiscard]] Matrix mean() const { return mean_; }
  [[nodiscard]] Matrix log_var() const { return log_var_; }  // before its soft bound
  [[nodiscard]] Matrix z() const { return z_; }
  [[nodiscard]] Matrix labels_of_x() const { return labels_of_x_; }  // behind x; without memory: no labels
  [[nodiscard]] Matrix labels_of_z() const { return labels_of_z_; }
  [[nodiscard]] Matrix buffer(const std::string& name) const { return buffers_.matrix(name); }
  [[nodiscard]] Matrix output() const { return output_; }
  [[nodiscard]] Backend::RowLosses losses() const;
  [[nodiscard]] float* row_nll() const { return row_nll_; }
  [[nodiscard]] float* row_kl() const { return row_kl_; }

  // Host copies for the caller, as floats: n rows x cols, without padding.
  [[nodiscard]] std::vector<float> download(Matrix matrix, std::int64_t rows) const;
  // Rows of parts of one buffer, the first of which begins it. Without memory: no part.
  struct Part {
    Matrix matrix;
    std::span<const float> values;
  };
  void upload_rows(const Part& first, const Part& behind = {});
  void set_state(const ops::StepState& state);
  [[nodiscard]] ops::StepState state() const;
  void set_row_ids(std::span<const std::int64_t> ids);
  void download_row_ids(std::span<std::int64_t> ids) const;

  // The first tensor with a non-finite value, in the order of computation (parameters, activations, losses,
  // gradients), as a phrase for an error message; empty where there is none. Or the first parameter, by name.
  [[nodiscard]] std::string first_non_finite() const;
  [[nodiscard]] std::string non_finite_parameter() const;

 private:
  void bind_output_variance();
  [[nodiscard]] Matrix labels_behind(Matrix whole, std::int32_t width) const;
  [[nodiscard]] std::string non_finite_in(const float* arena) const;
  void weigh_samples(std::vector<Phase>& phases);
  void variance_backward(std::vector<Phase>& phases, GradientMode mode);

  Backend* backend_;
  ModelConfig config_;
  const Layout* layout_;
  ParameterArenas arenas_;
  std::int64_t rows_;
  Sampling sampling_;
  Backend::Buffer state_buffer_, ids_buffer_;
  Buffers buffers_;
  Input input_;

  ops::StepState* state_ = nullptr;
  std::int64_t* row_ids_ = nullptr;
  Matrix x_, product_x_, labels_of_x_, head_, mean_, log_var_, z_, labels_of_z_, output_;
  Matrix d_output_, d_head_, d_below_decoder_, d_z_, d_output_log_var_;
  float* row_nll_;
  float* row_kl_;
  float* weights_;               // of the samples; null where all count alike
  float* row_objective_;         // likewise
  float* output_log_var_;        // one row for all rows
  float* d_output_log_var_row_;  // of a shared log-variance
  Chain encoder_, decoder_;
  std::unique_ptr<LatentPrior> prior_;     // null: N(0, I)
  std::unique_ptr<BatchLoss> batch_loss_;  // null: there is none
};

}  // namespace cuvae::model
