// What a model is and how it is trained: plain structs with sane defaults.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace cuvae {

// gelu: the tanh approximation. glu: a sigmoid(g) of two affine functions a and g, so a layer has twice the
// weights.
enum class Activation { relu, tanh, gelu, silu, softplus, glu };
enum class Likelihood {
  bernoulli,
  gaussian,
  continuous_bernoulli,
  laplace,
  discretized_logistic,  // of 256 levels k / 255
  categorical            // of groups of columns, see ModelConfig::categories
};
// Of a Gaussian, Laplace or discretized logistic likelihood; the last two are learned.
enum class Variance { fixed, shared, per_dimension };
// dynamic: x = 1 where u < value, drawn anew each time; once: drawn by the seed, the same in each epoch.
enum class Binarize { none, dynamic, threshold, once };
// p(z). mixture: of Gaussians in equal parts, their means and log-variances learned. vamp: of q(z|u) over
// learned inputs u, in equal parts (VampPrior; Tomczak & Welling, 2018), which start as rows of the data at
// the first fit(), if no step was made before.
enum class Prior { standard, mixture, vamp };
// Of a conditional model: y is a 1 in the column of a class, or numbers.
enum class LabelKind { one_hot, real };
enum class Initialization { fan_in, glorot, he };
enum class OutputBias { random, data_mean };
// What is maximised, with k samples z_j of q(z|x) to a row and log w_j = log p(x|z_j) + log p(z_j) - log
// q(z_j|x) (docs/theory.md, "Objectives").
enum class Objective {
  elbo,          // mean log p(x|z_j) - KL(q(z|x) || p(z)), in closed form (Kingma & Welling, 2014)
  elbo_sampled,  // mean log w_j
  stl,     // the same, its gradient through the samples alone: sticking the landing (Roeder et al., 2017)
  iwae,    // log mean w_j: the importance-weighted bound (Burda et al., 2015)
  dreg,    // the same, its gradient reparameterized twice (Tucker et al., 2019)
  tc_mws,  // elbo_sampled - (tc_weight - 1) TC, the total correlation of q(z) estimated from the batch by
           // minibatch-weighted sampling (Chen et al., 2018)
  tc_mss,  // the same by minibatch-stratified sampling
  mmd      // elbo - mmd_weight MMD(q(z), p(z)), the maximum mean discrepancy (InfoVAE; Zhao et al., 2017)
};
// iwae_adam: the authors' of the IWAE, five differences from Adam. adam_normgrad: Adam on gradients that are
// each divided by their tensor's norm (Yu et al., 2017), as for the VampPrior. kernels/ops/optimizer.hpp.
enum class Optimizer { adam, adamw, sgd, iwae_adam, rmsprop, adamax, adam_normgrad };
// Of the training rows: anew each epoch, or as they are filed.
enum class RowSequence { shuffled, filed };
// Of matrix products. tf32: operands rounded to 10 bits of mantissa. bf16: operands and activations stored in
// 8 bits of mantissa, with fp32 weights beside them. Sums, losses, weights and moments are fp32 or wider in
// each.
enum class Precision { fp32, tf32, bf16 };

// The spelling used in configuration files, on the command line and in checkpoints.
[[nodiscard]] std::string_view to_string(Activation value);
[[nodiscard]] std::string_view to_string(Likelihood value);
[[nodiscard]] std::string_view to_string(Variance value);
[[nodiscard]] std::string_view to_string(Binarize value);
[[nodiscard]] std::string_view to_string(Prior value);
[[nodiscard]] std::string_view to_string(LabelKind value);
[[nodiscard]] std::string_view to_string(Initialization value);
[[nodiscard]] std::string_view to_string(OutputBias value);
[[nodiscard]] std::string_view to_string(Objective value);
[[nodiscard]] std::string_view to_string(Optimizer value);
[[nodiscard]] std::string_view to_string(RowSequence value);
[[nodiscard]] std::string_view to_string(Precision value);

// x [D] -> encoder_hidden... -> mean, log_var [Z];  z [Z] -> decoder_hidden... -> logits or means [D]
struct ModelConfig {
  std::int32_t data_dim = 0;                      // D; taken from the data set where it is 0
  std::vector<std::int32_t> encoder_hidden{400};  // empty: a linear encoder
  std::vector<std::int32_t> decoder_hidden{400};  // empty: a linear decoder
  std::int32_t latent = 20;                       // Z
  // A second stochastic layer above z (Burda et al., 2015): q(z2|z) through top_hidden widths, p(z|z2)
  // through the same in reverse, both diagonal Gaussians; p(z2) = N(0, I).
  std::int32_t top_latent = 0;  // of z2; 0: there is none
  std::vector<std::int32_t> top_hidden{};
  // A conditional model, q(z|x,y) and p(x|z,y): y stands behind x where the encoder reads it, and behind z
  // where the decoder does. A prior knows nothing of y; vamp is for models without labels.
  std::int32_t label_dim = 0;  // values of y; 0: there is none
  LabelKind label_kind = LabelKind::one_hot;
  Prior prior = Prior::standard;
  std::int32_t prior_components = 500;  // of a learned prior
  Activation activation = Activation::relu;
  Likelihood likelihood = Likelihood::bernoulli;
  Variance variance = Variance::fixed;
  double fixed_variance = 1.0;
  std::int32_t categories = 0;  // columns of a group of the categorical likelihood, 2 or more; else 0
  Binarize binarize = Binarize::none;
  // fan_in: weights and biases uniform in +-1/sqrt(fan_in). glorot: weights uniform in
  // +-sqrt(6/(fan_in+fan_out)), he: in +-sqrt(6/fan_in); both with zero biases.
  Initialization initialization = Initialization::fan_in;
  // data_mean: the decoder's last bias starts where the likelihood's mean is that of the data (Bernoulli: at
  // its logit), from the first fit() on, if no step was made before.
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
  RowSequence order = RowSequence::shuffled;
  Objective objective = Objective::elbo;
  std::int32_t samples = 1;  // k
  Optimizer optimizer = Optimizer::adam;
  double learning_rate = 1e-3;
  LearningRateSchedule schedule{};
  double beta1 = 0.9;         // of all but SGD and RMSProp
  double beta2 = 0.999;       // of all but SGD
  double epsilon = 1e-8;      // of all but SGD: added to what the step is divided by
  double momentum = 0.9;      // SGD
  double weight_decay = 0.0;  // AdamW: decoupled; else added to the gradient
  double clip_norm = 0.0;     // largest norm of the whole gradient; 0: no clipping
  double kl_weight = 1.0;     // beta of a beta-VAE; the ELBO is reported at 1 whatever this is
  double kl_warmup = 0.0;     // epochs over which the KL weight rises linearly from 0
  // The rise is made anew in each of so many equal parts of the run (cyclic annealing; Fu et al., 2019).
  std::int32_t kl_cycles = 1;
  // The KL's part of the loss, of the elbo objective, in nats and of the batch's mean KL; 0: as it is.
  double kl_capacity = 0.0;      // kl_weight |KL - C|, C rising to this over kl_warmup (Burgess et al., 2018)
  double free_bits = 0.0;        // each latent dimension's KL costs at least this much (Kingma et al., 2016)
  double free_bits_total = 0.0;  // their sum costs at least this much
  double tc_weight = 1.0;        // beta of the total correlation, of tc_mws and tc_mss
  double mmd_weight = 1.0;       // lambda + alpha - 1 of the InfoVAE, whose 1 - alpha is kl_weight
  std::int32_t patience = 0;     // epochs without a better validation ELBO before stopping; 0: never
  double validation_fraction = 0.0;       // part of the rows held out, chosen by the seed
  Precision precision = Precision::fp32;  // tf32 and bf16 need a GPU

  friend bool operator==(const TrainConfig&, const TrainConfig&) = default;
};

// Throw Error(invalid_argument), naming the field and the values it may have.
void validate(const ModelConfig& config);
void validate(const TrainConfig& config);
void validate(const ModelConfig& model, const TrainConfig& train);  // each, and what one asks of the other

}  // namespace cuvae
