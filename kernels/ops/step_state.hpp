// The state of a training run that changes from step to step. It lives where the backend computes, so that a
// captured step can be replayed unchanged; the host writes a table of passes per epoch and reads the state
// back to report and to stop.
#pragma once

#include <cfloat>
#include <cmath>
#include <cstdint>

#include "kernels/ops/host_device.hpp"

namespace cuvae::ops {

// One pass over at most a (micro-)batch of rows; computed by the host, in double, once per epoch.
struct PassPlan {
  std::int64_t first_position = 0;  // in the epoch's order
  std::int32_t active_rows = 0;     // the last pass of an epoch may have fewer
  float row_weight = 0;             // 1 / rows of the whole batch (/ samples of a row, where all count alike)
  float kl_weight = 0;
  float kl_capacity = 0;  // nats
  float learning_rate = 0;
  float first_correction = 1;   // 1 / (1 - beta1^t)
  float second_correction = 1;  // 1 / (1 - beta2^t)
  float square_left = 1;        // beta2^(t-1)
  float gradient_factor = 1;    // by which the optimizer multiplies the gradient before it is squared
  float batch_rows = 0;         // of the whole batch
  float data_rows = 0;          // trained on
};

// Sums over rows, in nats.
struct LossSums {
  double nll = 0, kl = 0, objective = 0;  // objective: what is minimised
  std::int64_t rows = 0;
};

struct StepState {
  PassPlan pass;            // the one under way
  std::int64_t passes = 0;  // taken from the table so far
  std::int64_t step = 0;    // updates so far; the step of the noise contract
  std::int32_t epoch = 0;   // the variant of the shuffle
  LossSums batch;           // of the update under way
  LossSums last;            // of the update before it, applied or not
  LossSums epoch_sums;      // of the epoch's applied updates; the host sets it back
  double gradient_square = 0;
  float gradient_scale = 1;  // clipping
  std::int32_t finite = 1;   // 0: this update is skipped
  std::int64_t skipped = 0, skipped_in_a_row = 0;
};

// After so many skipped updates in a row a run has given up: whatever steps are still queued change nothing,
// so that the host finds the state as it was.
inline constexpr std::int64_t kMostSkippedInARow = 3;

CUVAE_HD bool has_given_up(const StepState& state) { return state.skipped_in_a_row >= kMostSkippedInARow; }

// The moves of a step. Each is run by one thread, where the state lives.

struct BeginPass {
  const PassPlan* table;
  // A run that has given up sees its last rows again, so that what was not finite can still be found.
  CUVAE_HD void operator()(StepState& state) const {
    if (!has_given_up(state)) state.pass = table[state.passes++];
  }
};

// Sums over the pass's rows.
struct AddLosses {
  double nll, kl, objective;
  CUVAE_HD void operator()(StepState& state) const {
    state.batch.nll += nll;
    state.batch.kl += kl;
    state.batch.objective += objective;
    state.batch.rows += state.pass.active_rows;
  }
};

CUVAE_HD double negative_elbo(const StepState& state, double nll, double kl) {
  return nll + static_cast<double>(state.pass.kl_weight) * kl;
}

// Decides over the update: scale it where the norm is clipped (clip_norm 0: never; Pascanu et al., 2013),
// skip it where the loss is not finite or the square of what the optimizer takes overflows, which would stay
// in Adam's second moments for ever.
struct JudgeGradient {
  double gradient_square, clip_norm;
  CUVAE_HD void operator()(StepState& state) const {
    using std::isfinite, std::sqrt;
    const double norm = sqrt(gradient_square),
                 scale = clip_norm > 0 && norm > clip_norm ? clip_norm / norm : 1;
    constexpr double kMost{FLT_MAX};
    const double taken = scale * static_cast<double>(state.pass.gradient_factor);
    const bool fits = isfinite(gradient_square) && gradient_square * taken * taken <= kMost;
    if (has_given_up(state)) return;
    state.gradient_square = gradient_square;
    state.gradient_scale = static_cast<float>(scale);
    state.finite =
        fits && isfinite(state.batch.nll) && isfinite(state.batch.kl) && isfinite(state.batch.objective) ? 1
                                                                                                         : 0;
  }
};

// The step counts; a skipped one leaves no trace in the sums.
struct AdvanceStep {
  CUVAE_HD void operator()(StepState& state) const {
    if (has_given_up(state)) {
      state.batch = {};
      return;
    }
    if (state.finite != 0) {
      state.epoch_sums.nll += state.batch.nll;
      state.epoch_sums.kl += state.batch.kl;
      state.epoch_sums.objective += state.batch.objective;
      state.epoch_sums.rows += state.batch.rows;
      state.skipped_in_a_row = 0;
    } else {
      ++state.skipped;
      ++state.skipped_in_a_row;
    }
    state.last = state.batch;
    state.batch = {};
    ++state.step;
  }
};

// Both, before the update is made: it takes nothing from the state but what was judged.
struct EndStep {
  double gradient_square, clip_norm;
  CUVAE_HD void operator()(StepState& state) const {
    JudgeGradient{gradient_square, clip_norm}(state);
    AdvanceStep{}(state);
  }
};

}  // namespace cuvae::ops
