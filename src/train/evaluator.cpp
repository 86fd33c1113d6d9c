#include "src/train/evaluator.hpp"

#include <algorithm>

#include "cuvae/error.hpp"

namespace cuvae::train {

void LatentSpread::add(const std::vector<float>& latent_means) {
  const std::size_t latent = mean_.size();
  for (std::size_t begin = 0; begin < latent_means.size(); begin += latent) {
    ++rows_;
    for (std::size_t i = 0; i < latent; ++i) {
      const double value = static_cast<double>(latent_means[begin + i]);
      const double change = value - mean_[i];
      mean_[i] += change / static_cast<double>(rows_);
      square_[i] += change * (value - mean_[i]);
    }
  }
}

std::int32_t LatentSpread::active_units() const {
  return static_cast<std::int32_t>(std::count_if(square_.begin(), square_.end(), [&](double square) {
    return rows_ > 1 && square / static_cast<double>(rows_) > 0.01;
  }));
}

Evaluator::Evaluator(Backend& backend, const ModelConfig& config, const model::Layout& layout,
                     const model::Parameters& parameters, std::int64_t batch)
    : backend_(&backend), network_(backend, config, layout, parameters, batch, model::Use::inference) {
  for (const auto& part : {network_.load_phases(), network_.encode_phases(), network_.sample_phases(),
                           network_.decode_phases(), network_.loss_phases()}) {
    phases_.insert(phases_.end(), part.begin(), part.end());
  }
}

Backend::Buffer Evaluator::upload_passes(std::int64_t rows) {
  std::vector<ops::PassPlan> table;
  for (std::int64_t first = 0; first < rows; first += network_.rows()) {
    table.push_back({.first_position = first,
                     .active_rows = static_cast<std::int32_t>(std::min(network_.rows(), rows - first))});
  }
  const auto bytes = static_cast<std::int64_t>(table.size() * sizeof(table[0]));
  Backend::Buffer buffer = backend_->allocate(bytes);
  backend_->upload(buffer.get(), table.data(), bytes);
  return buffer;
}

Evaluation Evaluator::run(Feed& feed, const Request& request) {
  network_.input().binarize = request.binarize;
  network_.input().binarize_noise = {request.seed, ops::Purpose::evaluate_binarize, 0};
  network_.input().latent_noise = {request.seed, ops::Purpose::evaluate_latent, 0};
  const std::int64_t all = request.order.rows;
  const Backend::Buffer passes = upload_passes(all);
  network_.set_state({});
  LatentSpread spread(network_.mean().cols);
  const auto batch = static_cast<std::int32_t>(network_.rows());
  ops::LossSums sums{.rows = all};
  for (std::int64_t first = 0; first < all; first += batch) {
    const std::int64_t active = std::min<std::int64_t>(batch, all - first);
    const int place = feed.is_resident() ? 0 : feed.hand_out(request.order, 0, first, active);
    feed.connect(network_, place, 0);
    backend_->begin_pass(network_.pass(), reinterpret_cast<const ops::PassPlan*>(passes.get()), request.order,
                         batch);
    for (const model::Phase& phase : phases_) phase.run();
    feed.release(place);
    for (const float value : network_.download({network_.row_nll(), 1, batch, 0}, 1))
      sums.nll += static_cast<double>(value);
    for (const float value : network_.download({network_.row_kl(), 1, batch, 0}, 1))
      sums.kl += static_cast<double>(value);
    spread.add(network_.download(network_.mean(), active));
    if (request.progress && !request.progress(first + active))
      throw Error(Errc::invalid_argument, "evaluation: stopped by its progress callback");
  }
  Evaluation result;
  result.mean = mean_of(sums);
  result.rows = sums.rows;
  result.active_units = spread.active_units();
  return result;
}

Elbo mean_of(const ops::LossSums& sums) {
  const double rows = static_cast<double>(sums.rows);
  const double reconstruction = -sums.nll / rows, kl = sums.kl / rows;
  return {reconstruction - kl, reconstruction, kl};
}

void require_fit(const ModelConfig& config, const Dataset& data, Binarize binarize) {
  if (data.cols() != config.data_dim) {
    throw Error(Errc::data, data.source() + ": its rows have " + std::to_string(data.cols()) +
                                " values, the model takes " + std::to_string(config.data_dim) +
                                "\nUse the data the model was trained on, or train a model for these rows.");
  }
  const bool unit_interval = binarize == Binarize::dynamic ||
                             (config.likelihood == Likelihood::bernoulli && binarize == Binarize::none);
  if (unit_interval) data.require_unit_interval();
}

}  // namespace cuvae::train
