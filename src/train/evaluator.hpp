// Bounds of a model's log-likelihood over rows of a data set, and what its latent dimensions do.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "cuvae/dataset.hpp"
#include "cuvae/vae.hpp"
#include "src/model/network.hpp"
#include "src/train/evidence.hpp"
#include "src/train/feed.hpp"
#include "src/train/latents.hpp"

namespace cuvae::train {

class Tally;

class Evaluator {
 public:
  struct Request {
    ops::RowOrder order;  // which rows; order.rows of them
    std::uint64_t seed = 0;
    Binarize binarize = Binarize::none;
    std::int32_t samples = 1;
    enum class Information { none, mutual } information = Information::none;  // mutual: quadratic in the rows
    std::function<bool(std::int64_t)> progress{};
    std::function<void(std::int64_t, const RowEvaluation&)> row{};
    std::optional<Factors> factors{};  // of the rows; goes with mutual information
  };

  // Allocates a network for `batch` rows at a time, with as many draws of each as are worth one pass and fit
  // the memory meant for it, `most` at most.
  Evaluator(Backend& backend, const ModelConfig& config, const model::Layout& layout,
            const model::Parameters& parameters, std::int64_t batch, std::int32_t most = 1);

  [[nodiscard]] std::int64_t batch() const { return network_.rows(); }
  [[nodiscard]] std::int32_t most_samples() const { return most_; }
  // The feed's steps are passes of batch() rows. Draws depend on the seed and the row alone, so two
  // evaluations can be compared.
  [[nodiscard]] Evaluation run(Feed& feed, const Request& request);

 private:
  struct Batch {
    std::int64_t first, rows;
  };

  Backend::Buffer upload_passes(std::int64_t rows);
  [[nodiscard]] std::vector<Evidence> draw(const Batch& batch, const Request& request);
  void add(Tally& tally, const Batch& batch, const std::vector<Evidence>& evidence,
           const Request& request) const;
  // What a row's posterior of either layer is, of a network's head.
  struct Posteriors {
    std::vector<double> mean, log_var;
    [[nodiscard]] Posterior of(std::size_t row, std::size_t latent) const {
      return {std::span(mean).subspan(row * latent, latent),
              std::span(log_var).subspan(row * latent, latent)};
    }
  };
  [[nodiscard]] Posteriors download(Matrix mean, Matrix log_var, std::int64_t rows) const;

  Backend* backend_;
  std::int32_t most_;
  Evidence::Kl kl_;
  model::Network network_;
  std::vector<model::Phase> encode_, draw_;
  std::int32_t top_latent_;
  std::vector<float> first_draws_;  // z of each row's first draw
  Posteriors first_top_;            // q(z2|z) of that draw
};

// The means of sums over rows; NaN where there are none.
[[nodiscard]] Elbo mean_of(const ops::LossSums& sums);

}  // namespace cuvae::train
