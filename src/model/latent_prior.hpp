// p(z) where it is no N(0, I): what it adds to a network's rows, and its gradients.
#pragma once

#include <memory>
#include <vector>

#include "src/model/buffers.hpp"
#include "src/model/layout.hpp"
#include "src/model/phase.hpp"
#include "src/model/sampling.hpp"

namespace cuvae::model {

// Of the network it belongs to.
struct PriorContext {
  Backend* backend = nullptr;
  const ModelConfig* config = nullptr;
  const Layout* layout = nullptr;
  ParameterArenas arenas;
  PassContext pass;                // of z's rows
  Matrix z, d_z;                   // [rows x samples, latent]; d_z: null data where there is no backward
  float* row_kl = nullptr;         // of z's rows; holds log q(z|x)
  const float* weights = nullptr;  // of z's rows; null where all count alike
  const ops::NoiseSource* noise = nullptr;        // of z
  const ops::NoiseSource* prior_noise = nullptr;  // of z ~ p(z)
  Matrix scratch[2];                              // between layers, as wide as the widest
};

class LatentPrior {
 public:
  LatentPrior() = default;
  LatentPrior(const LatentPrior&) = delete;  // phases hold its address
  LatentPrior& operator=(const LatentPrior&) = delete;
  virtual ~LatentPrior() = default;

  // z -> row_kl, which becomes log q - log p.
  [[nodiscard]] virtual std::vector<Phase> forward() = 0;
  // Adds to d_z; gradients of the prior's own parameters.
  [[nodiscard]] virtual std::vector<Phase> backward(GradientMode mode) = 0;
  // What has to follow the backward of the encoder.
  [[nodiscard]] virtual std::vector<Phase> after_encoder(GradientMode) { return {}; }
  // Row ids -> z ~ p(z), a function of the prior's noise and a row's id alone; of a network for inference
  // with one sample to a row.
  [[nodiscard]] virtual std::vector<Phase> sample() = 0;
};

// Of what a row of z is drawn from, before z itself.
[[nodiscard]] inline ops::NoiseSource beside(ops::NoiseSource noise) {
  noise.sample = 1;
  return noise;
}

// `drawn`: rows of z.
void plan_prior(NetworkPlan& plan, const ModelConfig& config, std::int64_t drawn, Use use,
                const Forms& forms);

// Null for a standard prior.
[[nodiscard]] std::unique_ptr<LatentPrior> make_prior(const PriorContext& context, const Buffers& buffers);

}  // namespace cuvae::model
