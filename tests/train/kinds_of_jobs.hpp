// Jobs of every kind, for engines that must train as the CPU does.
#pragma once

#include <string>
#include <vector>

#include "train/jobs.hpp"

namespace cuvae::test {

struct NamedJob {
  std::string name;
  Job job;
};

[[nodiscard]] std::vector<NamedJob> with_every_activation(const Job& job);
// Dynamic binarization among them.
[[nodiscard]] std::vector<NamedJob> with_every_likelihood(const Job& job);
// In micro-batches, of which the last step has fewer, and with clipping.
[[nodiscard]] std::vector<NamedJob> with_every_optimizer(const Job& job);
// One sample and several; held KL, of which some is used up and some is not; what is of a batch as a whole.
[[nodiscard]] std::vector<NamedJob> with_every_objective(const Job& job);
// Each p(z) that is not N(0, I), under objectives that treat its density differently.
[[nodiscard]] std::vector<NamedJob> with_every_prior(const Job& job);
// Classes and numbers beside the rows, alone and with a learned prior, a second layer, samples, no hidden
// layers.
[[nodiscard]] std::vector<NamedJob> with_every_label(const Job& job);
// Z = 1, 3, 50; and no hidden layers.
[[nodiscard]] std::vector<NamedJob> with_every_width(const Job& job);

// Objectives that compare latents take fp32 operands alone.
[[nodiscard]] bool takes(const Job& job, Precision precision);

// ELBO, KL and what is minimised, of each epoch, within so many nats per row.
void expect_near(const std::vector<EpochMetrics>& actual, const std::vector<EpochMetrics>& expected,
                 double tolerance);

}  // namespace cuvae::test
