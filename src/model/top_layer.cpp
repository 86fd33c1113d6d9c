#include "src/model/top_layer.hpp"

namespace cuvae::model {
namespace {

std::vector<std::int32_t> reversed(const std::vector<std::int32_t>& widths) {
  return {widths.rbegin(), widths.rend()};
}

}  // namespace

void plan_top_layer(NetworkPlan& plan, const ModelConfig& config, std::int64_t drawn, Use use,
                    const Forms& forms) {
  const std::int32_t head = 2 * ops::padded(config.top_latent), prior_head = 2 * ops::padded(config.latent);
  const std::vector<std::int32_t> down = reversed(config.top_hidden);
  plan_hidden(plan, {"top_encoder", config.top_hidden, config.latent, head, drawn}, config.activation, use,
              forms);
  plan.add("top_head", drawn, head);
  plan.add("top_z", drawn, config.top_latent, forms.products);
  plan_hidden(plan, {"top_decoder", down, config.top_latent, prior_head, drawn}, config.activation, use,
              forms);
  plan.add("prior_head", drawn, prior_head);
  plan.add("d_below_top", drawn, config.latent);
  plan.add("d_prior_head", drawn, prior_head, forms.products);
  if (use == Use::inference) return;
  plan.add("d_top_head", drawn, head, forms.products);
  plan.add("d_top_z", drawn, config.top_latent);
}

TopLayer::TopLayer(const PriorContext& context, const Buffers& buffers)
    : c_(context),
      head_(buffers.matrix("top_head")),
      z_(buffers.matrix("top_z")),
      prior_head_(buffers.matrix("prior_head")),
      d_head_(buffers.matrix("d_top_head")),
      d_z_(buffers.matrix("d_top_z")),
      d_prior_head_(buffers.matrix("d_prior_head")),
      d_below_(buffers.matrix("d_below_top")) {
  const Layout::Top& top = c_.layout->top();
  encoder_ =
      Chain(*c_.backend, c_.arenas, c_.pass, buffers, "top_encoder", top.encoder, c_.config->activation,
            {"top_encoder head", top.head, c_.z, head_, {c_.scratch[0], c_.scratch[1]}});
  decoder_ =
      Chain(*c_.backend, c_.arenas, c_.pass, buffers, "top_decoder", top.decoder, c_.config->activation,
            {"top_decoder head", top.prior_head, z_, prior_head_, {c_.scratch[0], c_.scratch[1]}});
}

// That of z, for another latent.
ops::NoiseSource TopLayer::noise() const {
  ops::NoiseSource source = *c_.noise;
  source.purpose =
      source.purpose == ops::Purpose::latent ? ops::Purpose::top_latent : ops::Purpose::evaluate_top_latent;
  return source;
}

std::vector<Phase> TopLayer::forward() {
  std::vector<Phase> phases = encoder_.forward();
  phases.push_back({"second latent: sample z2, KL", [this] {
                      const auto [mean, log_var] = halves(head_, c_.config->top_latent);
                      c_.backend->sample_latent(
                          c_.pass, {.form = LatentKl::Form::sampled, .row_kl = ops::RowLoss::add}, mean,
                          log_var, noise(), z_, c_.row_kl);
                    }});
  append(phases, decoder_.forward());
  phases.push_back({"density of z under p(z|z2) and its gradient", [this] {
                      const auto [mean, log_var] = halves(prior_head_, c_.config->latent);
                      const auto [d_mean, d_log_var] = halves(d_prior_head_, c_.config->latent);
                      c_.backend->gaussian_density(c_.pass, c_.z, mean, log_var, d_below_, d_mean, d_log_var,
                                                   c_.row_kl);
                    }});
  return phases;
}

std::vector<Phase> TopLayer::sample() {
  std::vector<Phase> phases{
      {"prior: sample z2", [this] { c_.backend->sample_prior(c_.pass, beside(*c_.prior_noise), z_); }}};
  append(phases, decoder_.forward());
  phases.push_back({"prior: sample z", [this] {
                      const auto [mean, log_var] = halves(prior_head_, c_.config->latent);
                      c_.backend->sample_latent(c_.pass, {}, mean, log_var, *c_.prior_noise, c_.z, c_.row_kl);
                    }});
  return phases;
}

std::vector<Phase> TopLayer::backward(GradientMode mode) {
  std::vector<Phase> phases;
  phases.push_back({"density of z: gradients to z and p(z|z2)", [this] {
                      if (c_.weights != nullptr) {
                        c_.backend->scale_rows(c_.pass, d_below_, c_.weights);
                        c_.backend->scale_rows(c_.pass, d_prior_head_, c_.weights);
                      }
                      c_.backend->add_rows(c_.pass, d_below_, c_.d_z, GradientMode::accumulate);
                    }});
  append(phases, decoder_.backward(d_prior_head_, d_z_, mode));
  phases.push_back({"second latent: backward, epsilon redrawn", [this] {
                      const auto [mean, log_var] = halves(head_, c_.config->top_latent);
                      const auto [d_mean, d_log_var] = halves(d_head_, c_.config->top_latent);
                      c_.backend->latent_backward(c_.pass, {.form = LatentKl::Form::sampled}, mean, log_var,
                                                  d_z_, c_.weights, noise(), d_mean, d_log_var);
                    }});
  append(phases, encoder_.backward(d_head_, d_below_, mode));
  phases.push_back({"second latent: gradient to z",
                    [this] { c_.backend->add_rows(c_.pass, d_below_, c_.d_z, GradientMode::accumulate); }});
  return phases;
}

}  // namespace cuvae::model
