#include "src/model/chain.hpp"

#include "src/backend/dense.hpp"

namespace cuvae::model {

std::int32_t columns_before(Activation activation, std::int32_t width) {
  return activation == Activation::glu ? 2 * ops::padded(width) : width;
}

void plan_hidden(NetworkPlan& plan, const ChainShape& shape, Activation activation, Use use,
                 const Forms& forms) {
  const LayerFunction function = layer_function(activation);
  const std::vector<std::int32_t>& widths = shape.hidden;
  for (std::size_t i = 0; i < widths.size(); ++i) {
    const std::string name = shape.name + "." + std::to_string(i);
    plan.add(name, shape.rows, widths[i], forms.products);
    if (activation == Activation::glu)
      plan.add(name + ".halves", shape.rows, columns_before(activation, widths[i]), forms.products);
    if (keeps_input(function)) plan.add(name + ".input", shape.rows, widths[i], forms.products);
    if (use == Use::inference || function != LayerFunction::relu || !forms.keeps_mask) continue;
    const LayerShape layer{shape.rows, ops::padded(i == 0 ? shape.below : widths[i - 1]),
                           ops::padded(widths[i]),
                           ops::padded(i + 1 == widths.size() ? shape.above : widths[i + 1])};
    if (forms.keeps_mask(layer)) plan.add(name + ".mask", shape.rows, mask_columns(widths[i]));
  }
}

Chain::Chain(Backend& backend, const ParameterArenas& arenas, PassContext pass, const Buffers& buffers,
             const std::string& name, const std::vector<DenseSlot>& hidden, Activation activation,
             const Ends& ends)
    : backend_(&backend), arenas_(arenas), pass_(pass), scratch_{ends.scratch[0], ends.scratch[1]} {
  Matrix input = ends.input;
  for (std::size_t i = 0; i < hidden.size(); ++i) {
    const std::string layer = name + "." + std::to_string(i);
    const Matrix output = buffers.matrix(layer), halves = buffers.matrix(layer + ".halves");
    const bool gated = halves.data != nullptr;
    layers_.push_back(
        {layer,
         hidden[i],
         layer_function(activation),
         input,
         {gated ? halves : output, buffers.matrix(layer + ".input"), buffers.matrix(layer + ".mask")},
         gated ? output : Matrix{}});
    input = output;
  }
  layers_.push_back({ends.name, ends.slot, LayerFunction::identity, input, {ends.output, {}, {}}, {}});
}

std::vector<Phase> Chain::forward() const {
  std::vector<Phase> phases;
  for (const Layer& layer : layers_) {
    phases.push_back({layer.name + ": product, bias, activation", [this, &layer] {
                        backend_->dense_forward(pass_, layer.input, layer.slot.weights(arenas_),
                                                layer.function, layer.activations);
                      }});
    if (layer.gated.data != nullptr) add_gate(phases, layer);
  }
  return phases;
}

void Chain::add_gate(std::vector<Phase>& phases, const Layer& layer) const {
  phases.push_back({layer.name + ": gate", [this, &layer] {
                      const auto [a, g] = halves(layer.activations.output, layer.gated.cols);
                      backend_->glu(pass_, a, g, layer.gated);
                    }});
}

void Chain::add_gate_backward(std::vector<Phase>& phases, const Layer& layer, Matrix d_halves) const {
  phases.push_back({layer.name + ": gate, backward", [this, &layer, d_halves] {
                      const auto [a, g] = halves(layer.activations.output, layer.gated.cols);
                      const auto [d_a, d_g] = halves(d_halves, layer.gated.cols);
                      backend_->glu_backward(pass_, d_a, a, g, d_a, d_g);
                    }});
}

std::vector<Phase> Chain::backward(Matrix d_output, Matrix d_input, GradientMode mode) const {
  std::vector<Phase> phases;
  Matrix d_y = d_output;
  for (std::size_t i = layers_.size(); i-- > 0;) {
    const Layer& layer = layers_[i];
    phases.push_back({layer.name + ": gradients of weight and bias", [this, &layer, d_y, mode] {
                        backend_->dense_backward_weights(pass_, d_y, layer.input,
                                                         layer.slot.gradients(arenas_), mode);
                      }});
    const Layer below = i > 0 ? layers_[i - 1] : Layer{};
    Matrix d_below = d_input;  // before the activation of the layer below
    if (i > 0) {
      const Matrix y = below.activations.output;
      d_below = {scratch_[i % 2].data, y.rows, y.cols, y.ld, y.element};
    }
    if (d_below.data == nullptr) return phases;
    const bool gated = below.gated.data != nullptr;
    const Matrix d_x = gated ? columns(d_below, 0, below.gated.cols) : d_below;
    phases.push_back({layer.name + ": gradient of the input", [this, &layer, d_y, below, d_x] {
                        backend_->dense_backward_input(pass_, d_y, layer.slot.weights(arenas_),
                                                       below.function, below.activations, d_x);
                      }});
    if (gated) add_gate_backward(phases, layers_[i - 1], d_below);
    d_y = d_below;
  }
  return phases;
}

}  // namespace cuvae::model
