#include "src/model/learned_prior.hpp"

#include <algorithm>

#include "kernels/ops/noise.hpp"
#include "src/config/likelihood.hpp"

namespace cuvae::model {
namespace {

std::int32_t widest(const std::vector<std::int32_t>& widths) {
  return widths.empty() ? 1 : *std::ranges::max_element(widths);
}

void plan_vamp(NetworkPlan& plan, const ModelConfig& config, Use use, const Forms& forms) {
  const std::int64_t components = config.prior_components;
  const std::int32_t head = 2 * ops::padded(config.latent);
  plan.add("prior_inputs", components, config.data_dim, forms.products);
  plan_hidden(plan, {"prior_encoder", config.encoder_hidden, config.data_dim, head, components},
              config.activation, use, forms);
  plan.add("prior_head", components, head);
  if (use == Use::inference) return;
  if (forms.products != ops::Element::f32) plan.add("d_prior_head", components, head, forms.products);
  plan.add("d_prior_inputs", components, config.data_dim);
  for (const char* name : {"d_prior_hidden.0", "d_prior_hidden.1"})
    plan.add(name, components, columns_before(config.activation, widest(config.encoder_hidden)),
             forms.products);
}

}  // namespace

void plan_learned_prior(NetworkPlan& plan, const ModelConfig& config, std::int64_t drawn, Use use,
                        const Forms& forms) {
  const std::int64_t components = config.prior_components;
  plan.add_vector("prior_pairs", drawn * components);
  plan.add_vector("prior_shares", drawn * components);
  if (config.prior == Prior::vamp) plan_vamp(plan, config, use, forms);
  if (use == Use::inference) {
    plan.add("prior_picked", drawn, 2 * ops::padded(config.latent));
    return;
  }
  plan.add("d_below_prior", drawn, config.latent);
  plan.add("d_prior_components", components, 2 * ops::padded(config.latent));
}

LearnedPrior::LearnedPrior(const PriorContext& context, const Buffers& buffers)
    : c_(context),
      components_{context.pass.state, context.pass.row_ids, 1, PassContext::Rows::all},
      is_vamp_(context.config->prior == Prior::vamp),
      keeps_unit_(config::traits_of(context.config->likelihood).needs_unit_interval),
      parameters_(c_.layout->prior(c_.arenas.parameters)),
      head_(is_vamp_ ? buffers.matrix("prior_head") : parameters_),
      d_head_(buffers.matrix("d_prior_components")),
      d_product_head_(buffers.matrix("d_prior_head")),
      inputs_(buffers.matrix("prior_inputs")),
      d_inputs_(buffers.matrix("d_prior_inputs")),
      d_below_(buffers.matrix("d_below_prior")),
      picked_(buffers.matrix("prior_picked")),
      pair_nll_(buffers.vector("prior_pairs")),
      shares_(buffers.vector("prior_shares")) {
  if (c_.arenas.gradients != nullptr) d_parameters_ = c_.layout->prior(c_.arenas.gradients);
  if (!is_vamp_) return;
  encoder_ = Chain(*c_.backend, c_.arenas, components_, buffers, "prior_encoder", c_.layout->encoder(),
                   c_.config->activation,
                   {"prior_encoder head",
                    c_.layout->head(),
                    inputs_,
                    head_,
                    {buffers.matrix("d_prior_hidden.0"), buffers.matrix("d_prior_hidden.1")}});
}

Backend::Mixture LearnedPrior::mixture() const {
  const auto [mean, log_var] = halves(head_, c_.config->latent);
  return {mean, log_var, pair_nll_, shares_};
}

std::vector<Phase> LearnedPrior::components() {
  if (!is_vamp_) return {};
  std::vector<Phase> phases{{"prior: its inputs", [this] {
                               if (keeps_unit_)
                                 return c_.backend->clamp_unit(components_, parameters_, inputs_);
                               c_.backend->add_rows(components_, parameters_, inputs_,
                                                    GradientMode::overwrite);
                             }}};
  append(phases, encoder_.forward());
  return phases;
}

std::vector<Phase> LearnedPrior::forward() {
  std::vector<Phase> phases = components();
  phases.push_back({"prior: density of z under its components",
                    [this] { c_.backend->mixture_density(c_.pass, c_.z, mixture(), c_.row_kl); }});
  return phases;
}

// In equal parts: the high half of word x components (Lemire, 2019), off by components / 2^32 at most.
void LearnedPrior::pick_components() {
  const auto bytes = static_cast<std::int64_t>(sizeof(std::int64_t)) * c_.z.rows;
  std::vector<std::int64_t> picks(static_cast<std::size_t>(c_.z.rows));
  c_.backend->download(picks.data(), c_.pass.row_ids, bytes);
  const auto [seed, purpose, sample] = beside(*c_.prior_noise);
  const auto components = static_cast<std::uint64_t>(c_.config->prior_components);
  for (std::int64_t& pick : picks) {
    const std::uint64_t word = ops::noise_block(seed, purpose, 0, pick, sample, 0).x[0];
    pick = static_cast<std::int64_t>((word * components) >> 32);
  }
  c_.backend->upload(picks_.get(), picks.data(), bytes);
  const PassContext pass{c_.pass.state, reinterpret_cast<std::int64_t*>(picks_.get())};
  c_.backend->load_input(pass, {head_.data, ops::Element::f32, head_.ld, 1.0f}, Backend::Gather::by_row_id,
                         Binarize::none, {}, picked_, {});
}

std::vector<Phase> LearnedPrior::sample() {
  if (!picks_) picks_ = c_.backend->allocate(static_cast<std::int64_t>(sizeof(std::int64_t)) * c_.z.rows);
  std::vector<Phase> phases = components();
  phases.push_back({"prior: a component for each row", [this] { pick_components(); }});
  phases.push_back({"prior: sample z", [this] {
                      const auto [mean, log_var] = halves(picked_, c_.config->latent);
                      c_.backend->sample_latent(c_.pass, {}, mean, log_var, *c_.prior_noise, c_.z, c_.row_kl);
                    }});
  return phases;
}

std::vector<Phase> LearnedPrior::backward(GradientMode mode) {
  std::vector<Phase> phases;
  phases.push_back({"prior: gradients to z and to its components", [this] {
                      const auto [d_mean, d_log_var] = halves(d_head_, c_.config->latent);
                      c_.backend->mixture_backward(c_.pass, c_.z, mixture(), c_.weights, d_below_, d_mean,
                                                   d_log_var);
                      c_.backend->add_rows(c_.pass, d_below_, c_.d_z, GradientMode::accumulate);
                    }});
  if (is_vamp_) return phases;
  phases.push_back({"prior: gradient of its components",
                    [this, mode] { c_.backend->add_rows(components_, d_head_, d_parameters_, mode); }});
  return phases;
}

// The encoder's weights have a gradient by now, to which that of these inputs is added.
std::vector<Phase> LearnedPrior::after_encoder(GradientMode mode) {
  if (!is_vamp_) return {};
  std::vector<Phase> phases;
  Matrix d_output = d_head_;
  if (d_product_head_.data != nullptr) {
    d_output = d_product_head_;
    phases.push_back({"prior: gradient as products read it", [this] {
                        c_.backend->add_rows(components_, d_head_, d_product_head_, GradientMode::overwrite);
                      }});
  }
  append(phases, encoder_.backward(d_output, d_inputs_, GradientMode::accumulate));
  phases.push_back({"prior: gradient of its inputs", [this, mode] {
                      if (keeps_unit_)
                        c_.backend->clamp_unit_backward(components_, d_inputs_, parameters_, d_inputs_);
                      c_.backend->add_rows(components_, d_inputs_, d_parameters_, mode);
                    }});
  return phases;
}

}  // namespace cuvae::model
