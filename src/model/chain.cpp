#include "src/model/chain.hpp"

#include "src/backend/dense.hpp"

namespace cuvae::model {

void plan_hidden(NetworkPlan& plan, const ChainShape& shape, LayerFunction function, Use use,
                 const Forms& forms) {
  const std::vector<std::int32_t>& widths = shape.hidden;
  for (std::size_t i = 0; i < widths.size(); ++i) {
    const std::string name = shape.name + "." + std::to_string(i);
    plan.add(name, shape.rows, widths[i], forms.products);
    if (keeps_input(function)) plan.add(name + ".input", shape.rows, widths[i], forms.products);
    if (use == Use::inference || function != LayerFunction::relu || !forms.keeps_mask) continue;
    const LayerShape layer{shape.rows, ops::padded(i == 0 ? shape.below : widths[i - 1]),
                           ops::padded(widths[i]),
                           ops::padded(i + 1 == widths.size() ? shape.above : widths[i + 1])};
    if (forms.keeps_mask(layer)) plan.add(name + ".mask", shape.rows, mask_columns(widths[i]));
  }
}

Chain::Chain(Backend& backend, const ParameterArenas& arenas, PassContext pass, const Buffers& buffers,
             const std::string& name, const std::vector<DenseSlot>& hidden, LayerFunction function,
             const Ends& ends)
    : backend_(&backend), arenas_(arenas), pass_(pass), scratch_{ends.scratch[0], ends.scratch[1]} {
  Matrix input = ends.input;
  for (std::size_t i = 0; i < hidden.size(); ++i) {
    const std::string layer = name + "." + std::to_string(i);
    layers_.push_back(
        {layer,
         hidden[i],
         function,
         input,
         {buffers.matrix(layer), buffers.matrix(layer + ".input"), buffers.matrix(layer + ".mask")}});
    input = layers_.back().activations.output;
  }
  layers_.push_back({ends.name, ends.slot, LayerFunction::identity, input, {ends.output, {}, {}}});
}

std::vector<Phase> Chain::forward() const {
  std::vector<Phase> phases;
  for (const Layer& layer : layers_) {
    phases.push_back({layer.name + ": product, bias, activation", [this, &layer] {
                        backend_->dense_forward(pass_, layer.input, layer.slot.weights(arenas_),
                                                layer.function, layer.activations);
                      }});
  }
  return phases;
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
    Matrix d_x = d_input;
    if (i > 0) {
      const Matrix h = below.activations.output;
      d_x = {scratch_[i % 2].data, h.rows, h.cols, h.ld, h.element};
    }
    if (d_x.data == nullptr) return phases;
    phases.push_back({layer.name + ": gradient of the input", [this, &layer, d_y, below, d_x] {
                        backend_->dense_backward_input(pass_, d_y, layer.slot.weights(arenas_),
                                                       below.function, below.activations, d_x);
                      }});
    d_y = d_x;
  }
  return phases;
}

}  // namespace cuvae::model
