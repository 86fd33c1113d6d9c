// What a model is and how it is trained: plain structs with sane defaults.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace cuvae {

enum class Activation { relu, tanh, gelu, silu, softplus };  // gelu: the tanh approximation
enum class Likelihood { bernoulli, gaussian };
enum class Variance { fixed, shared, per_dimension };  // of the Gaussian likelihood; the last two are learned
enum class Binarize { none, dynamic, threshold };      // dynamic: x = 1 where u < value, drawn anew each time
enum class Initialization { fan_in, glorot, he };
enum class OutputBias { random, data_mean };
enum class Optimizer { adam, adamw, sgd };
// Of matrix products. tf32: operands rounded to 10 bits of mantissa. bf16: operands and activations stored in
// 8 bits of mantissa, with fp32 weights beside them. Sums, losses, weights and moments are fp32 or wider in
// each.
enum class Precision { fp32, tf32, bf16 };

// The spelling used in configuration files, on the command line and in checkpoints.
[[nodiscard]] std::string_view to_string(Activation value);
[[nodiscard]] std::string_view to_string(Likelihood value);
[[nodiscard]] std::string_view to_string(Variance value);
[[nodiscard]] std::string_view to_string(Binarize value);
[[nodiscard]] std::string_view to_string(Initialization value);
[[nodiscard]] std::string_view to_string(OutputBias value);
[[nodiscard]] std::string_view to_string(Optimizer value);
[[nodiscard]] std::string_view to_string(Precision value);

// x [D] -> encoder_hidden... -> mean, log_var [Z];  z [Z] -> decoder_hidden... -> logits or means [D]
struct ModelConfig {
  std::int32_t data_dim = 0;                      // D; taken from the data set where it is 0
  std::vector<std::int32_t> encoder_hidden{400};  // empty: a linear encoder
  std::vector<std::int32_t> decoder_hidden{400};  // empty: a linear decoder
  std::int32_t latent = 20;                       // Z
  Activation activation = Activation::relu;
  Likelihood likelihood = Likelihood::bernoulli;
  Variance variance = Variance::fixed;
  double fixed_variance = 1.0;
  Binarize binarize = Binarize::none;
  // fan_in: weights and biases uniform in +-1/sqrt(fan_in). glorot: weights uniform in
  // +-sqrt(6/(fan_in+fan_out)), he: in +-sqrt(6/fan_in); both with zero biases.
  Initialization initialization = Initialization::fan_in;
  // data_mean: the decoder's last bias starts at the data mean (Bernoulli: at its logit), from the first
  // fit() on, if no step was made before.
  OutputBias output_bias = OutputBias::random;

  friend bool operator==(const ModelConfig&, const ModelConfig&) = default;
};

struct LearningRateSchedule {
  enum class Kind { constant, cosine, steps };
  Kind kind = Kind::constant;                            // cosine: from lr to 0 over the whole run
  std::vector<std::pair<std::int32_t, double>> steps{};  // after so many epochs, multiply the rate by so much

  friend bool operator==(const LearningRateSchedule&, const LearningRateSchedule&) = default;
};

struct TrainConfig {
  std::uint64_t seed = 0;
  std::int32_t epochs = 10;
  std::int64_t max_steps = 0;    // 0: no limit
  std::int32_t batch = 128;      // rows per update
  std::int32_t micro_batch = 0;  // rows per pass, gradients accumulated; 0: the whole batch at once
  Optimizer optimizer = Optimizer::adam;
  double learning_rate = 1e-3;
  LearningRateSchedule schedule{};
  double beta1 = 0.9;                     // Adam, AdamW
  double beta2 = 0.999;                   // Adam, AdamW
  double epsilon = 1e-8;                  // Adam, AdamW: added to sqrt(v / correction)
  double momentum = 0.9;                  // SGD
  double weight_decay = 0.0;              // AdamW: decoupled; SGD and Adam: added to the gradient
  double clip_norm = 0.0;                 // largest norm of the whole gradient; 0: no clipping
  double kl_weight = 1.0;                 // beta of a beta-VAE; the ELBO is reported at 1 whatever this is
  double kl_warmup = 0.0;                 // epochs over which the KL weight rises linearly from 0
  std::int32_t patience = 0;              // epochs without a better validation ELBO before stopping; 0: never
  double validation_fraction = 0.0;       // part of the rows held out, chosen by the seed
  Precision precision = Precision::fp32;  // tf32 and bf16 need a GPU

  friend bool operator==(const TrainConfig&, const TrainConfig&) = default;
};

// Throw Error(invalid_argument), naming the field and the values it may have.
void validate(const ModelConfig& config);
void validate(const TrainConfig& config);

}  // namespace cuvae
