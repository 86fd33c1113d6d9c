// Dense layers one after the other, bound to their buffers: hidden ones, then one without an activation.
#pragma once

#include <string>
#include <vector>

#include "src/model/buffers.hpp"
#include "src/model/layout.hpp"
#include "src/model/phase.hpp"

namespace cuvae::model {

// What a chain needs to be planned. `below` and `above`: the widths around its hidden layers.
struct ChainShape {
  std::string name;
  const std::vector<std::int32_t>& hidden;
  std::int32_t below = 0, above = 0;
  std::int64_t rows = 0;
};

void plan_hidden(NetworkPlan& plan, const ChainShape& shape, Activation activation, Use use,
                 const Forms& forms);

// Columns of a hidden layer before its activation, and so of the gradient there: those of `width`, or the two
// halves of a gated unit.
[[nodiscard]] std::int32_t columns_before(Activation activation, std::int32_t width);

class Chain {
 public:
  struct Ends {
    std::string name;      // of the last layer
    DenseSlot slot;        // of the last layer
    Matrix input, output;  // of the chain
    Matrix scratch[2];     // gradients between its layers, wide enough for each
  };

  Chain() = default;
  Chain(Backend& backend, const ParameterArenas& arenas, PassContext pass, const Buffers& buffers,
        const std::string& name, const std::vector<DenseSlot>& hidden, Activation activation,
        const Ends& ends);

  [[nodiscard]] std::vector<Phase> forward() const;
  // From the gradient of the output to those of the parameters, and to that of the input where d_input has
  // memory.
  [[nodiscard]] std::vector<Phase> backward(Matrix d_output, Matrix d_input, GradientMode mode) const;

 private:
  struct Layer {
    std::string name;
    DenseSlot slot;
    LayerFunction function = LayerFunction::identity;
    Matrix input;
    Activations activations;
    Matrix gated;  // what a gated unit makes of activations.output; null data of other layers
  };

  void add_gate(std::vector<Phase>& phases, const Layer& layer) const;
  // From the gradient of a gated layer's output, in the left half of `d_halves`, to that of both halves.
  void add_gate_backward(std::vector<Phase>& phases, const Layer& layer, Matrix d_halves) const;

  Backend* backend_ = nullptr;
  ParameterArenas arenas_;
  PassContext pass_;
  std::vector<Layer> layers_;
  Matrix scratch_[2];
};

}  // namespace cuvae::model
