// Where each parameter lies in the flat arena that parameters, gradients and moments share.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "cuvae/config.hpp"
#include "cuvae/vae.hpp"
#include "src/backend/backend.hpp"

namespace cuvae::model {

// A parameter under the name and shape its users know; rows lie `ld` floats apart.
struct Tensor {
  // log_var: of the likelihood, or of a prior's components; means, inputs: what a learned prior is made of.
  enum class Role { weight, bias, log_var, means, inputs };
  std::string name;
  Role role = Role::weight;
  std::int64_t offset = 0;  // floats from the start of the arena
  std::int64_t rows = 0;    // out; 1 for a vector
  std::int64_t cols = 0;    // in; the length of a vector
  std::int64_t ld = 0;
  std::int64_t fan_in = 0, fan_out = 0;  // of the layer it belongs to

  [[nodiscard]] std::vector<std::int64_t> shape() const {
    const bool vector = role == Role::bias || (role == Role::log_var && rows == 1);
    return vector ? std::vector<std::int64_t>{cols} : std::vector<std::int64_t>{rows, cols};
  }
};

// Columns that labels take behind so many others, each part padded on its own.
[[nodiscard]] std::int32_t beside_labels(const ModelConfig& config, std::int32_t width);

// One dense layer: weight [out, in] and bias [out], both padded. The encoder's head is one layer that holds
// the two named layers mean and log_var, each padded on its own, so that one product gives both; so is a
// layer of gated units, with its gate.
struct DenseSlot {
  std::int64_t weight = 0, bias = 0;  // offsets
  std::int64_t out = 0, in = 0;       // padded

  [[nodiscard]] DenseWeights weights(const ParameterArenas& arenas) const;
  [[nodiscard]] DenseWeights gradients(const ParameterArenas& arenas) const;
};

// Throws Error(invalid_argument) where the width of a row is not set: a layout needs it.
void require_data_dim(const ModelConfig& config);

// Slots are aligned to 64 floats (256 bytes); all padding is zero and stays so.
class Layout {
 public:
  explicit Layout(const ModelConfig& config);

  [[nodiscard]] const std::vector<Tensor>& tensors() const { return tensors_; }
  [[nodiscard]] std::int64_t size() const { return size_; }  // floats, padding included
  [[nodiscard]] std::int64_t parameter_count() const;        // padding excluded
  [[nodiscard]] const std::vector<DenseSlot>& encoder() const { return encoder_; }  // hidden layers
  [[nodiscard]] const DenseSlot& head() const { return head_; }                     // [mean | log_var]
  [[nodiscard]] const std::vector<DenseSlot>& decoder() const { return decoder_; }  // hidden layers
  [[nodiscard]] const DenseSlot& output() const { return output_; }
  [[nodiscard]] std::int64_t log_var() const { return log_var_; }  // offset; -1 where it is not learned

  // The second stochastic layer: q(z2|z) and p(z|z2), where there is one.
  struct Top {
    std::vector<DenseSlot> encoder, decoder;  // hidden layers
    DenseSlot head, prior_head;               // [mean | log_var] of z2, and of z
  };
  [[nodiscard]] const Top& top() const { return top_; }
  // A learned prior's matrix in an arena: [means | log_vars] of a mixture's components, or inputs of a vamp.
  [[nodiscard]] Matrix prior(float* arena) const;

  // The tensor that holds an element of the arena; "the arena's padding" where none does.
  [[nodiscard]] std::string name_at(std::int64_t offset) const;

  // An arena's image as named parameters, and back. from_parameters throws Error(invalid_argument) unless
  // names and shapes are exactly those of tensors().
  [[nodiscard]] std::vector<Parameter> to_parameters(const std::vector<float>& arena) const;
  [[nodiscard]] std::vector<float> from_parameters(std::span<const Parameter> parameters) const;

 private:
  std::int64_t reserve(std::int64_t floats);
  // What a layer reads: columns of its own, and those of labels behind them.
  struct Below {
    std::int64_t width = 0, labels = 0;
  };
  DenseSlot add_dense(const std::vector<std::string>& names, std::int64_t out_each, Below below);
  std::vector<DenseSlot> add_hidden(const std::string& name, const std::vector<std::int32_t>& widths,
                                    Below below, Activation activation);
  void add_top(const ModelConfig& config);
  void add_prior(const ModelConfig& config);

  std::vector<Tensor> tensors_;
  std::vector<DenseSlot> encoder_, decoder_;
  DenseSlot head_, output_;
  Top top_;
  std::int64_t log_var_ = -1, prior_ = -1, size_ = 0;
  std::int32_t prior_rows_ = 0, prior_cols_ = 0;
};

}  // namespace cuvae::model
