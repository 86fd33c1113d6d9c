// One update of every parameter, in one pass over the flat arena. A loop
// runs them only where the gradient is finite (step_state.hpp).
#pragma once

#include "kernels/ops/row_op.hpp"
#include "kernels/ops/step_state.hpp"

namespace cuvae::ops {

// Adam (Kingma & Ba, 2015, algorithm 1), with epsilon added to sqrt(v / correction). weight_decay is added to
// the gradient; decoupled_decay shrinks the parameter by learning_rate times itself (Loshchilov & Hutter,
// 2019).
struct Adam {
  static constexpr int kIn = 4;   // parameter, first moment, second moment, gradient
  static constexpr int kOut = 3;  // parameter, first moment, second moment
  float learning_rate = 0, beta1 = 0, beta2 = 0, one_minus_beta1 = 0, one_minus_beta2 = 0, epsilon = 0;
  float weight_decay = 0, decoupled_decay = 0;
  float first_correction = 1, second_correction = 1, gradient_scale = 1;

  CUVAE_HD Adam at(const StepState& state) const {
    Adam bound = *this;
    bound.learning_rate = state.pass.learning_rate;
    bound.first_correction = state.pass.first_correction;
    bound.second_correction = state.pass.second_correction;
    bound.gradient_scale = state.gradient_scale;
    return bound;
  }

  template <class Real>
  CUVAE_HD void operator()(const Real (&in)[kIn], Real (&out)[kOut]) const {
    using std::sqrt;
    const auto& [parameter, m, v, raw_gradient] = in;
    const Real gradient = raw_gradient * Real(gradient_scale) + parameter * Real(weight_decay);
    const Real first = Real(beta1) * m + Real(one_minus_beta1) * gradient;
    const Real second = Real(beta2) * v + Real(one_minus_beta2) * gradient * gradient;
    const Real update =
        first * Real(first_correction) / (sqrt(second * Real(second_correction)) + Real(epsilon));
    const Real kept = parameter - parameter * Real(learning_rate * decoupled_decay);
    out[0] = kept - Real(learning_rate) * update;
    out[1] = first;
    out[2] = second;
  }
};

// Adam as the authors of the IWAE ran it (Burda et al., 2015; the code they published). It differs from Adam
// in that the gradient is a sum over the batch's rows; epsilon is added to sqrt(v), which is not corrected
// for its start, while sqrt(1 - beta2^t) / (1 - beta1^t) multiplies the rate; v starts at 1; and a step is
// made with the moments from before its gradient, so that the first one moves nothing.
struct IwaeAdam {
  static constexpr int kIn = 4;   // parameter, first moment, second moment less what is left of its start
  static constexpr int kOut = 3;  // (so that an arena of zeros is one at the start), gradient
  float learning_rate = 0, beta1 = 0, beta2 = 0, one_minus_beta1 = 0, one_minus_beta2 = 0, epsilon = 0;
  float weight_decay = 0;
  float rows = 1, square_left = 1, gradient_scale = 1;

  CUVAE_HD IwaeAdam at(const StepState& state) const {
    using std::sqrt;
    IwaeAdam bound = *this;
    bound.learning_rate =
        state.pass.learning_rate * state.pass.first_correction / sqrt(state.pass.second_correction);
    bound.rows = state.pass.gradient_factor;
    bound.square_left = state.pass.square_left;
    bound.gradient_scale = state.gradient_scale;
    return bound;
  }

  template <class Real>
  CUVAE_HD void operator()(const Real (&in)[kIn], Real (&out)[kOut]) const {
    using std::sqrt;
    const auto& [parameter, m, v, raw_gradient] = in;
    const Real mean = raw_gradient * Real(gradient_scale) + parameter * Real(weight_decay);
    const Real gradient = mean * Real(rows);
    out[0] = parameter - Real(learning_rate) * m / (sqrt(v + Real(square_left)) + Real(epsilon));
    out[1] = Real(beta1) * m + Real(one_minus_beta1) * gradient;
    out[2] = Real(beta2) * v + Real(one_minus_beta2) * gradient * gradient;
  }
};

// AdaMax (Kingma & Ba, 2015, algorithm 2): Adam with the largest gradient, fading, in place of the mean
// square. epsilon is added to it.
struct AdaMax {
  static constexpr int kIn = 4;   // parameter, first moment, largest, gradient
  static constexpr int kOut = 3;  // parameter, first moment, largest
  float learning_rate = 0, beta1 = 0, beta2 = 0, one_minus_beta1 = 0, epsilon = 0, weight_decay = 0;
  float first_correction = 1, gradient_scale = 1;

  CUVAE_HD AdaMax at(const StepState& state) const {
    AdaMax bound = *this;
    bound.learning_rate = state.pass.learning_rate;
    bound.first_correction = state.pass.first_correction;
    bound.gradient_scale = state.gradient_scale;
    return bound;
  }

  template <class Real>
  CUVAE_HD void operator()(const Real (&in)[kIn], Real (&out)[kOut]) const {
    using std::abs;
    const auto& [parameter, m, largest, raw_gradient] = in;
    const Real gradient = raw_gradient * Real(gradient_scale) + parameter * Real(weight_decay);
    out[1] = Real(beta1) * m + Real(one_minus_beta1) * gradient;
    out[2] = max(Real(beta2) * largest, abs(gradient));
    out[0] = parameter - Real(learning_rate * first_correction) * out[1] / (out[2] + Real(epsilon));
  }
};

// RMSProp (Tieleman & Hinton, 2012): the gradient over the root of its fading mean square.
struct RmsProp {
  static constexpr int kIn = 3;   // parameter, mean square, gradient
  static constexpr int kOut = 2;  // parameter, mean square
  float learning_rate = 0, decay = 0, one_minus_decay = 0, epsilon = 0, weight_decay = 0, gradient_scale = 1;

  CUVAE_HD RmsProp at(const StepState& state) const {
    RmsProp bound = *this;
    bound.learning_rate = state.pass.learning_rate;
    bound.gradient_scale = state.gradient_scale;
    return bound;
  }

  template <class Real>
  CUVAE_HD void operator()(const Real (&in)[kIn], Real (&out)[kOut]) const {
    using std::sqrt;
    const auto& [parameter, square, raw_gradient] = in;
    const Real gradient = raw_gradient * Real(gradient_scale) + parameter * Real(weight_decay);
    out[1] = Real(decay) * square + Real(one_minus_decay) * gradient * gradient;
    out[0] = parameter - Real(learning_rate) * gradient / (sqrt(out[1]) + Real(epsilon));
  }
};

// Stochastic gradient descent with momentum (Sutskever et al., 2013, in the form velocity = momentum velocity
// + gradient, parameter -= learning_rate velocity).
struct Sgd {
  static constexpr int kIn = 3;   // parameter, velocity, gradient
  static constexpr int kOut = 2;  // parameter, velocity
  float learning_rate = 0, momentum = 0, weight_decay = 0, gradient_scale = 1;

  CUVAE_HD Sgd at(const StepState& state) const {
    Sgd bound = *this;
    bound.learning_rate = state.pass.learning_rate;
    bound.gradient_scale = state.gradient_scale;
    return bound;
  }

  template <class Real>
  CUVAE_HD void operator()(const Real (&in)[kIn], Real (&out)[kOut]) const {
    const auto& [parameter, velocity, raw_gradient] = in;
    const Real gradient = raw_gradient * Real(gradient_scale) + parameter * Real(weight_decay);
    out[1] = Real(momentum) * velocity + gradient;
    out[0] = parameter - Real(learning_rate) * out[1];
  }
};

// A parameter as it is, for a loop that stores it in another form.
struct KeepParameter {
  static constexpr int kIn = 1;
  static constexpr int kOut = 1;

  template <class Real>
  CUVAE_HD void operator()(const Real (&in)[kIn], Real (&out)[kOut]) const {
    out[0] = in[0];
  }
};

}  // namespace cuvae::ops
