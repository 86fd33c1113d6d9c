// A likelihood of a location and a log-variance. Its formula is a `Density`: of a location, x and a
// log-variance the loss and both derivatives. The log-variance is one number, or one per dimension, fixed or
// learned; each comes as a row that repeats, before its bound.
#pragma once

#include "kernels/ops/soft_bound.hpp"
#include "kernels/ops/step_state.hpp"

namespace cuvae::ops {

// The loss is `loss` + log(`factor`), as in Term.
template <class Real>
struct LocationTerm {
  Real loss, d_location, d_log_var;
  Real factor = Real(1.0f);
};

// kOutputs: 1, or 2 where the log-variance is learned.
template <class Density, int kOutputs>
struct LocationNll {
  static constexpr int kIn = 3;          // location, x, log_var before its bound
  static constexpr int kOut = kOutputs;  // d objective / d location [, d objective / d the third input]
  static constexpr Noise kNoise = Noise::none;
  static constexpr bool kHasLoss = true;
  float row_weight = 1;

  CUVAE_HD LocationNll at(const StepState& state) const { return {state.pass.row_weight}; }

  template <class Real>
  CUVAE_HD Term<Real, kOut> operator()(const Real (&in)[kIn]) const {
    const auto& [location, x, raw] = in;
    const Bounded<Real> log_var = soft_bound(raw);
    const LocationTerm<Real> term = Density::nll(location, x, log_var.value);
    const Real d_location = Real(row_weight) * term.d_location;
    if constexpr (kOut == 1) {
      return {term.loss, {d_location}, term.factor};
    } else {
      return {term.loss, {d_location, Real(row_weight) * term.d_log_var * log_var.derivative}, term.factor};
    }
  }
};

}  // namespace cuvae::ops
