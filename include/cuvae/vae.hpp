// A variational autoencoder with dense networks: q(z|x) = N(mean, exp(log_var)), p(z) = N(0, I).
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
  double reconstruction = 0;  // E_q[log p(x|z)], one draw of z per row
  double kl = 0;              // KL(q(z|x) || p(z)), analytic
};

struct Evaluation {
  Elbo mean;
  std::int64_t rows = 0;
  // Latent dimensions whose mean varies by more than 0.01 (variance) over the rows (Burda et al., 2015).
  std::int32_t active_units = 0;
};

struct EvaluateOptions {
  std::uint64_t seed = 0;            // of the draws of z and of dynamic binarization
  std::int32_t batch = 256;          // rows at a time; the result does not depend on it but for rounding
  std::optional<Binarize> binarize;  // the model's own where empty
  std::function<bool(std::int64_t rows_done)>
      progress;  // called now and then; false stops with Error(invalid_argument)
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
  // many rows there are or what they hold; another place changes it by rounding alone.
  [[nodiscard]] Latents encode(std::span<const float> x);
  // z: n x latent -> n x data_dim: probabilities (Bernoulli) or means (Gaussian) of p(x|z).
  [[nodiscard]] std::vector<float> decode(std::span<const float> z);
  // decode(mean of q(z|x)): n x data_dim.
  [[nodiscard]] std::vector<float> reconstruct(std::span<const float> x);
  // decode(z) for n draws of z from N(0, I): draws first, first + 1, ... of the endless sequence of `seed`,
  // each of which depends on (seed, its number) alone; below 2^40.
  [[nodiscard]] std::vector<float> sample(std::int64_t n, std::uint64_t seed = 0, std::int64_t first = 0);

  // The ELBO at KL weight 1, sums over rows in double. Throws Error(data) where the data does not fit the
  // model or, for Bernoulli, leaves [0, 1]; Error(invalid_argument) for binarization under a Gaussian.
  [[nodiscard]] Evaluation evaluate(const Dataset& data, const EvaluateOptions& options = {});

  struct Impl;
  explicit Vae(std::unique_ptr<Impl> impl);
  [[nodiscard]] Impl& impl() noexcept { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace cuvae
