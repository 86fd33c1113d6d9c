// -log p(x | logits) of groups of categories, x one-hot or a mixture: per group the sum over its categories
// of x (log sum of exp - logit), and its gradient sum(x) softmax - x. The largest logit of a group is taken
// off first, so no exponent is positive and no term of the loss is negative. A loop over groups
// (group_map_reduce) finds what is common to a group, then calls the op on each of its elements.
#pragma once

#include "kernels/ops/row_op.hpp"
#include "kernels/ops/step_state.hpp"

namespace cuvae::ops {

// The lowest float, to begin the search for the largest logit with.
inline constexpr float kNoLogit = -3.40282347e38f;

// A logit's part of its group's sum, which is at least 1.
template <class Real>
CUVAE_HD Real exp_below(Real logit, Real largest) {
  using std::exp;
  return exp(logit - largest);
}

// What is common to a group: its largest logit, 1 / sum and log of the sum of exp_below, and the sum of x.
template <class Real>
struct CategoryGroup {
  Real largest, inverse_sum, log_sum, weight;

  static CUVAE_HD CategoryGroup of(Real largest, Real sum, Real weight) {
    using std::log;
    return {largest, Real(1.0f) / sum, log(sum), weight};
  }
};

struct CategoricalNll {
  static constexpr int kIn = 2;   // logit, x
  static constexpr int kOut = 1;  // d objective / d logit
  static constexpr bool kHasLoss = true;
  float row_weight = 1;

  CUVAE_HD CategoricalNll at(const StepState& state) const { return {state.pass.row_weight}; }

  template <class Real>
  CUVAE_HD Term<Real, kOut> operator()(const Real (&in)[kIn], const CategoryGroup<Real>& group) const {
    const auto& [logit, x] = in;
    const Real softmax = exp_below(logit, group.largest) * group.inverse_sum;
    return {x * (group.log_sum + (group.largest - logit)), {Real(row_weight) * (group.weight * softmax - x)}};
  }
};

// The mean of p(x | logits).
struct Softmax {
  static constexpr int kIn = 1;   // logit
  static constexpr int kOut = 1;  // probability

  template <class Real>
  CUVAE_HD Term<Real, kOut> operator()(const Real (&in)[kIn], const CategoryGroup<Real>& group) const {
    return {Real(0.0f), {exp_below(in[0], group.largest) * group.inverse_sum}};
  }
};

}  // namespace cuvae::ops
