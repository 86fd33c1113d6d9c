// Which buffers a network needs.
#include <algorithm>

#include "src/config/likelihood.hpp"
#include "src/model/batch_loss.hpp"
#include "src/model/latent_prior.hpp"
#include "src/model/network.hpp"

namespace cuvae::model {
namespace {

std::int32_t widest(const ModelConfig& config) {
  std::int32_t width = 1;
  for (const auto* widths : {&config.encoder_hidden, &config.decoder_hidden, &config.top_hidden}) {
    for (const std::int32_t hidden : *widths) width = std::max(width, hidden);
  }
  return width;
}

}  // namespace

NetworkPlan plan_network(const ModelConfig& config, std::int64_t rows, Use use, const Sampling& sampling,
                         const Forms& forms) {
  const bool narrow = forms.products != ops::Element::f32, logits = !config::has_variance(config.likelihood);
  const std::int32_t head = 2 * ops::padded(config.latent), dim = config.data_dim;
  const std::int32_t below_encoder = beside_labels(config, dim),
                     below_decoder = beside_labels(config, config.latent);
  const std::int64_t drawn = rows * sampling.samples;
  NetworkPlan plan;
  plan.add("x", rows, below_encoder);
  if (narrow) plan.add("product_x", rows, below_encoder, forms.products);
  plan_hidden(plan, {"encoder", config.encoder_hidden, below_encoder, head, rows}, config.activation, use,
              forms);
  plan.add("head", rows, head);
  plan.add("z", drawn, below_decoder, forms.products);
  plan_hidden(plan, {"decoder", config.decoder_hidden, below_decoder, dim, drawn}, config.activation, use,
              forms);
  plan.add("output", drawn, dim, logits ? forms.products : ops::Element::f32);
  if (narrow && !logits) plan.add("gradient of output", drawn, dim, forms.products);
  plan.add_vector("row_nll", drawn);
  plan.add_vector("row_kl", drawn);
  if (sampling.weighting == Weighting::importance) {
    plan.add_vector("weights", drawn);
    plan.add_vector("row_objective", rows);
  }
  plan.add("output_log_var", 1, dim);
  plan_prior(plan, config, drawn, use, forms);
  if (use == Use::inference) return plan;
  plan_batch_loss(plan, sampling.batch, rows, config.latent);
  plan.add("d_head", rows, head, forms.products);
  plan.add("d_z", drawn, below_decoder);
  for (const char* name : {"d_hidden.0", "d_hidden.1"})
    plan.add(name, drawn, columns_before(config.activation, widest(config)), forms.products);
  if (config::learns_variance(config)) {
    plan.add("d_output_log_var", drawn, dim);
    plan.add("d_output_log_var_row", 1, dim);
  }
  return plan;
}

}  // namespace cuvae::model
