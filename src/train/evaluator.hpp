// The ELBO of a model over rows of a data set, and what its latent dimensions do.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "cuvae/dataset.hpp"
#include "cuvae/vae.hpp"
#include "src/model/network.hpp"
#include "src/train/feed.hpp"

namespace cuvae::train {

// Variance of each latent mean over the rows seen, by Welford's (1962) updates in double.
class LatentSpread {
 public:
  explicit LatentSpread(std::int32_t latent)
      : mean_(static_cast<std::size_t>(latent)), square_(static_cast<std::size_t>(latent)) {}

  void add(const std::vector<float>& latent_means);  // rows x latent
  // Dimensions whose variance exceeds 0.01 (Burda et al., 2015, section 5.1.1).
  [[nodiscard]] std::int32_t active_units() const;

 private:
  std::vector<double> mean_, square_;
  std::int64_t rows_ = 0;
};

class Evaluator {
 public:
  struct Request {
    ops::RowOrder order;  // which rows; order.rows of them
    std::uint64_t seed = 0;
    Binarize binarize = Binarize::none;
    std::function<bool(std::int64_t)> progress;
  };

  // Allocates a network for `batch` rows at a time.
  Evaluator(Backend& backend, const ModelConfig& config, const model::Layout& layout,
            const model::Parameters& parameters, std::int64_t batch);

  [[nodiscard]] std::int64_t batch() const { return network_.rows(); }
  // The feed's steps are passes of batch() rows. Draws depend on the seed and the row alone, so two
  // evaluations can be compared.
  [[nodiscard]] Evaluation run(Feed& feed, const Request& request);

 private:
  Backend::Buffer upload_passes(std::int64_t rows);

  Backend* backend_;
  model::Network network_;
  std::vector<model::Phase> phases_;
};

// The means of sums over rows; NaN where there are none.
[[nodiscard]] Elbo mean_of(const ops::LossSums& sums);

// Throws Error(data) where the data does not fit the model: its width, or its range for a Bernoulli
// likelihood or dynamic binarization.
void require_fit(const ModelConfig& config, const Dataset& data, Binarize binarize);

}  // namespace cuvae::train
