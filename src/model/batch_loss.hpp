// What is minimised besides the rows' losses, of a batch as a whole.
#pragma once

#include <memory>
#include <vector>

#include "src/model/buffers.hpp"
#include "src/model/phase.hpp"
#include "src/model/sampling.hpp"

namespace cuvae::model {

// Of the network it belongs to; every matrix has a row for each row of the pass.
struct BatchContext {
  Backend* backend = nullptr;
  PassContext pass;
  BatchTerm term;
  Matrix mean, log_var, z;
  Matrix d_z, d_head;                       // null data where there is no backward
  const ops::NoiseSource* noise = nullptr;  // of z
};

class BatchLoss {
 public:
  BatchLoss() = default;
  BatchLoss(const BatchLoss&) = delete;  // phases hold its address
  BatchLoss& operator=(const BatchLoss&) = delete;
  virtual ~BatchLoss() = default;

  // mean, log_var, z -> extra(), and what the backward adds.
  [[nodiscard]] virtual std::vector<Phase> forward() = 0;
  // Adds to d_z, before the backward of the latent layer, and to d_head after it.
  [[nodiscard]] virtual std::vector<Phase> to_latent() { return {}; }
  [[nodiscard]] virtual std::vector<Phase> to_head() { return {}; }
  // Of the KL's dimensions; null: 1.
  [[nodiscard]] virtual const float* gates() const { return nullptr; }

  // Parts of what is minimised, sums over the rows.
  struct Extra {
    const float* values = nullptr;
    std::int64_t count = 0;
  };
  [[nodiscard]] virtual Extra extra() const = 0;
};

void plan_batch_loss(NetworkPlan& plan, const BatchTerm& term, std::int64_t rows, std::int32_t latent);

// Null where there is none.
[[nodiscard]] std::unique_ptr<BatchLoss> make_batch_loss(const BatchContext& context, const Buffers& buffers);

}  // namespace cuvae::model
