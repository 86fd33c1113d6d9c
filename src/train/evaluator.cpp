#include "src/train/evaluator.hpp"

#include <algorithm>

#include "cuvae/error.hpp"
#include "kernels/ops/soft_bound.hpp"
#include "src/config/prior.hpp"
#include "src/train/tally.hpp"

namespace cuvae::train {

namespace {

// Of the draws in one pass: enough rows of the decoder to keep the device busy, few enough for its caches;
// and memory for them, whatever their width. Not what is free: the draws' sums would depend on it.
struct Reach {
  std::int64_t rows, bytes;
};
constexpr Reach kOnHost{1 << 12, std::int64_t{256} << 20}, kOnDevice{1 << 16, std::int64_t{2} << 30};

const LatentKl kSampledKl{.form = LatentKl::Form::sampled};

std::int32_t samples_at_once(Backend& backend, const ModelConfig& config, std::int64_t batch,
                             std::int32_t most) {
  const Reach reach = backend.reads_host_memory() ? kOnHost : kOnDevice;
  const auto bytes_of = [&](std::int32_t samples) {
    return model::plan_network(config, batch, model::Use::inference, {samples, kSampledKl},
                               model::forms_of(backend))
        .bytes();
  };
  const std::int64_t one = bytes_of(1), each = std::max<std::int64_t>(1, bytes_of(2) - one);
  const std::int64_t fit = 1 + std::max<std::int64_t>(0, reach.bytes - one) / each;
  return static_cast<std::int32_t>(std::clamp<std::int64_t>(std::min(fit, reach.rows / batch), 1, most));
}

std::vector<double> wide(const std::vector<float>& values) { return {values.begin(), values.end()}; }

}  // namespace

Evaluator::Evaluator(Backend& backend, const ModelConfig& config, const model::Layout& layout,
                     const model::Parameters& parameters, std::int64_t batch, std::int32_t most)
    : backend_(&backend),
      most_(most),
      kl_(config::has_standard_prior(config) ? Evidence::Kl::closed : Evidence::Kl::drawn),
      network_(backend, config, layout, parameters, batch, model::Use::inference,
               {samples_at_once(backend, config, batch, most), kSampledKl}),
      top_latent_(config.top_latent) {
  const auto append = [](std::vector<model::Phase>& to, const std::vector<model::Phase>& part) {
    to.insert(to.end(), part.begin(), part.end());
  };
  append(encode_, network_.load_phases());
  append(encode_, network_.encode_phases());
  append(draw_, network_.sample_phases());
  append(draw_, network_.decode_phases());
  append(draw_, network_.loss_phases());
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

// As many passes over the batch's rows as its draws take; the last may draw more than are asked for.
std::vector<Evidence> Evaluator::draw(const Batch& batch, const Request& request) {
  std::vector<Evidence> evidence(static_cast<std::size_t>(batch.rows));
  const std::int64_t at_once = network_.sample_pass().samples;
  for (std::int64_t done = 0; done < request.samples; done += at_once) {
    network_.input().latent_noise.sample = static_cast<std::uint32_t>(done);
    for (const model::Phase& phase : draw_) phase.run();
    const auto count = static_cast<std::int32_t>(batch.rows * at_once);
    const std::vector<float> nll = network_.download({network_.row_nll(), 1, count, 0}, 1);
    const std::vector<float> kl = network_.download({network_.row_kl(), 1, count, 0}, 1);
    const std::int64_t wanted = std::min(at_once, request.samples - done);
    for (std::int64_t row = 0; row < batch.rows; ++row) {
      for (std::int64_t sample = 0; sample < wanted; ++sample) {
        const auto at = static_cast<std::size_t>(row * at_once + sample);
        evidence[static_cast<std::size_t>(row)].add(static_cast<double>(nll[at]),
                                                    static_cast<double>(kl[at]));
      }
    }
    if (done == 0 && request.information == Request::Information::mutual)
      first_draws_ = network_.download(network_.z(), count);
    if (done == 0 && top_latent_ > 0) {
      const auto [mean, log_var] = model::halves(network_.buffer("top_head"), top_latent_);
      first_top_ = download(mean, log_var, count);
    }
    const std::int64_t part = batch.rows * (done + wanted) / request.samples;
    if (request.progress && !request.progress(batch.first + part))
      throw Error(Errc::invalid_argument, "evaluation: stopped by its progress callback");
  }
  return evidence;
}

Evaluation Evaluator::run(Feed& feed, const Request& request) {
  network_.input().binarize = request.binarize;
  const bool once = request.binarize == Binarize::once;
  network_.input().binarize_noise =
      once ? ops::kBinarizeOnce : ops::NoiseSource{request.seed, ops::Purpose::evaluate_binarize, 0};
  network_.input().latent_noise = {request.seed, ops::Purpose::evaluate_latent, 0};
  const std::int64_t all = request.order.rows;
  const Backend::Buffer passes = upload_passes(all);
  network_.set_state({});
  const bool mutual = request.information == Request::Information::mutual;
  Tally tally(network_.mean().cols, kl_, top_latent_,
              mutual ? chosen_rows(all, request.seed) : std::vector<std::int64_t>{});
  for (std::int64_t first = 0; first < all; first += network_.rows()) {
    const Batch batch{first, std::min(network_.rows(), all - first)};
    const int place = feed.is_resident() ? 0 : feed.hand_out(request.order, 0, first, batch.rows);
    feed.connect(network_, place, 0);
    backend_->begin_pass(network_.pass(), reinterpret_cast<const ops::PassPlan*>(passes.get()), request.order,
                         network_.rows());
    for (const model::Phase& phase : encode_) phase.run();
    feed.release(place);
    add(tally, batch, draw(batch, request), request);
  }
  Evaluation result = tally.result(request.factors);
  result.samples = request.samples;
  return result;
}

Evaluator::Posteriors Evaluator::download(Matrix mean, Matrix log_var, std::int64_t rows) const {
  Posteriors posteriors{wide(network_.download(mean, rows)), wide(network_.download(log_var, rows))};
  for (double& value : posteriors.log_var) value = ops::soft_bound(value).value;
  return posteriors;
}

void Evaluator::add(Tally& tally, const Batch& batch, const std::vector<Evidence>& evidence,
                    const Request& request) const {
  const auto latent = static_cast<std::size_t>(network_.mean().cols);
  const auto samples = static_cast<std::size_t>(network_.sample_pass().samples);
  const Posteriors posteriors = download(network_.mean(), network_.log_var(), batch.rows);
  for (std::size_t row = 0; row < evidence.size(); ++row) {
    const std::int64_t number = batch.first + static_cast<std::int64_t>(row);
    const std::size_t first_draw = row * samples;
    const Posterior q = posteriors.of(row, latent);
    const RowEvaluation result = tally.add(q, evidence[row]);
    if (top_latent_ > 0) tally.add_top(first_top_.of(first_draw, static_cast<std::size_t>(top_latent_)));
    if (request.information == Request::Information::mutual)
      tally.add_draw(number, q, std::span(first_draws_).subspan(first_draw * latent, latent));
    if (request.row) request.row(number, result);
  }
}

Elbo mean_of(const ops::LossSums& sums) {
  const double rows = static_cast<double>(sums.rows);
  const double reconstruction = -sums.nll / rows, kl = sums.kl / rows;
  return {reconstruction - kl, reconstruction, kl};
}

}  // namespace cuvae::train
