// Which buffers a network needs.
#include <algorithm>

#include "kernels/ops/row_op.hpp"
#include "src/backend/dense.hpp"
#include "src/model/network.hpp"

namespace cuvae::model {
namespace {

std::int32_t widest(const ModelConfig& config) {
  std::int32_t width = 1;
  for (const std::int32_t hidden : config.encoder_hidden) width = std::max(width, hidden);
  for (const std::int32_t hidden : config.decoder_hidden) width = std::max(width, hidden);
  return width;
}

// `below` and `above`: the widths around the chain.
struct Chain {
  std::string side;
  const std::vector<std::int32_t>& widths;
  std::int32_t below, above;
};

void plan_hidden(NetworkPlan& plan, const Chain& chain, LayerFunction function, std::int64_t rows, Use use,
                 const Forms& forms) {
  for (std::size_t i = 0; i < chain.widths.size(); ++i) {
    const std::string name = chain.side + "." + std::to_string(i);
    const std::int32_t width = chain.widths[i];
    plan.items.push_back({name, rows, width, forms.products});
    if (keeps_input(function)) plan.items.push_back({name + ".input", rows, width, forms.products});
    if (use == Use::inference || function != LayerFunction::relu || !forms.keeps_mask) continue;
    const LayerShape shape{rows, ops::padded(i == 0 ? chain.below : chain.widths[i - 1]), ops::padded(width),
                           ops::padded(i + 1 == chain.widths.size() ? chain.above : chain.widths[i + 1])};
    if (forms.keeps_mask(shape)) plan.items.push_back({name + ".mask", rows, mask_columns(width)});
  }
}

bool learns_variance(const ModelConfig& config) {
  return config.likelihood == Likelihood::gaussian && config.variance != Variance::fixed;
}

}  // namespace

Forms forms_of(Backend& backend) {
  return {backend.product_element(),
          [&backend](const LayerShape& shape) { return backend.keeps_mask(shape); }};
}

NetworkPlan plan_network(const ModelConfig& config, std::int64_t rows, Use use, const Forms& forms) {
  const LayerFunction function = layer_function(config.activation);
  const bool narrow = forms.products != ops::Element::f32,
             bernoulli = config.likelihood == Likelihood::bernoulli;
  const std::int32_t head = 2 * ops::padded(config.latent), dim = config.data_dim;
  const auto row_vector = static_cast<std::int32_t>(rows);
  NetworkPlan plan;
  plan.items.push_back({"x", rows, dim});
  if (narrow) plan.items.push_back({"product_x", rows, dim, forms.products});
  plan_hidden(plan, {"encoder", config.encoder_hidden, dim, head}, function, rows, use, forms);
  plan.items.push_back({"head", rows, head});
  plan.items.push_back({"z", rows, config.latent, forms.products});
  plan_hidden(plan, {"decoder", config.decoder_hidden, config.latent, dim}, function, rows, use, forms);
  plan.items.push_back({"output", rows, dim, bernoulli ? forms.products : ops::Element::f32});
  if (narrow && !bernoulli) plan.items.push_back({"gradient of output", rows, dim, forms.products});
  plan.items.push_back({"row_nll", 1, row_vector});
  plan.items.push_back({"row_kl", 1, row_vector});
  plan.items.push_back({"output_log_var", 1, dim});
  if (use == Use::inference) return plan;
  plan.items.push_back({"d_head", rows, head, forms.products});
  plan.items.push_back({"d_z", rows, config.latent});
  plan.items.push_back({"d_hidden.0", rows, widest(config), forms.products});
  plan.items.push_back({"d_hidden.1", rows, widest(config), forms.products});
  if (learns_variance(config)) {
    plan.items.push_back({"d_output_log_var", rows, dim});
    plan.items.push_back({"d_output_log_var_row", 1, dim});
  }
  return plan;
}

}  // namespace cuvae::model
