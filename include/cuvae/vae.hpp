// A variational autoencoder with dense networks: q(z|x) = N(mean, exp(log_var)); p(z) = N(0, I), or learned.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cuvae/config.hpp"
#include "cuvae/dataset.hpp"
#include "cuvae/device.hpp"

namespace cuvae {

// q(z|x) for n rows: mean and log_var, each n x latent, row-major. log_var is bounded softly to (-15, 15).
struct Latents {
  std::vector<float> mean;
  std::vector<float> log_var;
};

// In nats per row: summed over dimensions, averaged over rows. elbo = reconstruction - kl.
struct Elbo {
  double elbo = 0;
  double reconstruction = 0;  // E_q[log p(x|z)], the mean over the draws of z
  double kl = 0;              // KL(q(z|x) || p(z)): in closed form for p(z) = N(0, I), else the draws' mean
};

// A mean over rows, in nats, with two standard errors: what it owes to the rows being a sample of all that
// could have been drawn, and what to the draws of z. The second alone says how well these rows are known.
struct Estimate {
  double value = 0;
  double row_error = 0;   // 0 for a single row
  double draw_error = 0;  // 0 for a single draw, which tells nothing of its error
};

struct LatentUnit {
  double kl = 0;             // mean KL of the dimension to N(0, 1), whatever the prior; nats
  double mean_variance = 0;  // of the mean of q(z|x) over the rows
  bool active = false;       // mean_variance > 0.01 (Burda et al., 2015, section 5.1.1)
};

// What latent dimensions say about one factor v of the rows, in nats.
struct FactorInformation {
  std::string name;
  double entropy = 0;                            // H(v), over the rows
  std::int32_t unit = 0, next_unit = -1;         // the dimensions that say most, and next to it; -1: none
  double information = 0, next_information = 0;  // I(z_unit; v), of each
  double gap = 0;                                // their difference / entropy
};

// The mutual information gap (Chen et al., 2018): 1 where each factor is known to one dimension alone, 0
// where the two that know most about it know the same.
struct InformationGap {
  double mean = 0;                         // of the factors' gaps
  std::int64_t rows = 0;                   // that it is estimated from: at most 1024, drawn by the seed
  std::vector<FactorInformation> factors;  // without those that do not vary over these rows,
  std::vector<std::string> left_out;       // which are these
};

// With K draws z_k of q(z|x) to a row and log w_k = log p(x|z_k) + log p(z_k) - log q(z_k|x).
struct Evaluation {
  Elbo mean;
  std::int64_t rows = 0;
  std::int32_t samples = 1;  // K
  Estimate elbo;             // mean.elbo
  // L_K = log((w_1 + ... + w_K) / K), a lower bound of log p(x) that rises with K (Burda et al., 2015).
  Estimate iwae;
  // (sum w)^2 / sum w^2, the mean over rows: how many of the K draws count.
  double effective_samples = 1;
  // The terms of E_q[log p(x|z) + log p(z) - log q(z|x)] beside the reconstruction.
  double log_prior = 0;  // E_q[log p(z)], in closed form for p(z) = N(0, I), else by the draws; with a second
                         // stochastic layer E[log p(z|z2) + log p(z2) - log q(z2|z)]
  double entropy = 0;    // -E_q[log q(z|x)], in closed form
  // An estimate of KL(q(z|x) || p(z|x)) from below: iwae - elbo, which K draws let see.
  double inference_gap = 0;
  // I(x; z) under q by the first draw of up to 1024 rows, drawn by the seed: mean log q(z|x) - log q(z), with
  // q(z) the mean of their q(z|x) (Hoffman & Johnson, 2016). At most the logarithm of how many they are.
  double mutual_information = 0;
  std::int64_t information_rows = 0;
  std::vector<LatentUnit> units;
  std::int32_t active_units = 0;
  // Of the second stochastic layer, where there is one, at each row's first draw of z.
  std::vector<LatentUnit> top_units;
  std::int32_t active_top_units = 0;
  // Where factors were given, and one of them varies.
  std::optional<InformationGap> information_gap{};
};

// One row of an evaluation.
struct RowEvaluation {
  double elbo = 0, iwae = 0, reconstruction = 0, kl = 0, effective_samples = 1;
};

struct EvaluateOptions {
  std::uint64_t seed = 0;              // of the draws of z and of dynamic binarization
  std::int32_t batch = 256;            // rows at a time; the result does not depend on it but for rounding
  std::optional<Binarize> binarize{};  // the model's own where empty
  std::function<bool(std::int64_t rows_done)>
      progress{};            // called now and then; false stops with Error(invalid_argument)
  std::int32_t samples = 1;  // K, up to 65535; drawn as many at a time as memory is meant for
  std::function<void(std::int64_t row, const RowEvaluation&)> row{};  // called for each row, in order
  std::optional<Factors> factors{};  // of the rows; the gap takes rows^2 x latent exponentials, of 1024 rows
};

// One parameter tensor in the layout of a PyTorch Linear: weight [out, in], bias [out].
struct Parameter {
  std::string name;  // e.g. "encoder.0.weight", "encoder.mean.bias", "decoder.output.weight"
  std::vector<std::int64_t> shape;
  std::vector<float> values;  // row-major
};

class Vae {
 public:
  // Freshly initialised from the seed. Throws Error(invalid_argument, device, unsupported, out_of_memory).
  explicit Vae(const ModelConfig& config, std::uint64_t seed = 0, const Device& device = Device::best());
  // From a model or state file written by save() or Trainer. Throws Error(data) for any flaw of the file.
  static Vae load(const std::string& path, const Device& device = Device::best());

  Vae(Vae&&) noexcept;
  Vae& operator=(Vae&&) noexcept;
  ~Vae();

  // Writes safetensors: the parameters by name, the configuration and provenance in the metadata.
  // Atomic: the old file stays whole until the new one is complete. Throws Error(io).
  void save(const std::string& path, const std::map<std::string, std::string>& metadata = {}) const;

  [[nodiscard]] const ModelConfig& config() const noexcept;
  [[nodiscard]] const Device& device() const noexcept;
  [[nodiscard]] ImageShape image() const noexcept;  // of the data it was trained on, for pictures
  void set_image(ImageShape image) noexcept;
  [[nodiscard]] const std::map<std::string, std::string>& metadata() const noexcept;  // as loaded

  // All parameters, copied from or to the device. set_parameters throws Error(invalid_argument) unless
  // names and shapes are exactly those of parameters().
  [[nodiscard]] std::vector<Parameter> parameters() const;
  void set_parameters(std::span<const Parameter> parameters);
  [[nodiscard]] std::int64_t parameter_count() const noexcept;

  // x: n x data_dim values, row-major. Throws Error(invalid_argument) where x is no multiple of data_dim.
  // No binarization and no noise. A row's bits depend on its values and its place in the call, not on how
  // many rows there are or what they hold; another place changes it by rounding alone. labels: of a model
  // that takes them, n x label_dim values, else none; Error(invalid_argument) for any other number.
  [[nodiscard]] Latents encode(std::span<const float> x, std::span<const float> labels = {});
  // z: n x latent -> n x data_dim: the mean of p(x|z); of logits, probabilities.
  [[nodiscard]] std::vector<float> decode(std::span<const float> z, std::span<const float> labels = {});
  // decode(mean of q(z|x)): n x data_dim.
  [[nodiscard]] std::vector<float> reconstruct(std::span<const float> x, std::span<const float> labels = {});
  // decode(z) for n draws of z from p(z): draws first, first + 1, ... of the endless sequence of `seed`, each
  // of which depends on (seed, its number) alone; below 2^40. With a second stochastic layer z2 is drawn from
  // N(0, I), then z from p(z|z2); with a mixture a component, all alike, then z from it. The same draw may be
  // decoded with any label.
  [[nodiscard]] std::vector<float> sample(std::int64_t n, std::uint64_t seed = 0, std::int64_t first = 0,
                                          std::span<const float> labels = {});

  // Bounds of log p(x) at KL weight 1, sums over draws and rows in double. Rows are encoded once, whatever K.
  // Throws Error(data) where the data does not fit the model or leaves [0, 1] where the likelihood needs it;
  // Error(invalid_argument) for binarization of another likelihood than Bernoulli.
  [[nodiscard]] Evaluation evaluate(const Dataset& data, const EvaluateOptions& options = {});

  struct Impl;
  explicit Vae(std::unique_ptr<Impl> impl);
  [[nodiscard]] Impl& impl() noexcept { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace cuvae
