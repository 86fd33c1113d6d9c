// The jobs whose steps are timed, and what a step of them costs at least.
#pragma once

#include <string>
#include <vector>

#include "bench/kernels/ceilings.hpp"
#include "cuvae/cuvae.hpp"

namespace cuvae::bench {

struct Workload {
  std::string name, what;
  ModelConfig model;
  TrainConfig train;
  int phases = 0;  // that depend on each other, at least
  Dataset (*data)() = nullptr;
};

// A: the reference job; B: the network of the IWAE paper, one sample; C: one that fills tensor cores.
[[nodiscard]] std::vector<Workload> workloads();

struct StepCost {
  double flops = 0;       // of matrix products
  double adam_bytes = 0;  // read and written by the update
  double parameters = 0;
};
[[nodiscard]] StepCost cost_of(const Workload& workload, Precision precision);

// Seconds: on a GPU the phases' launches, then the longer of products and update, which can overlap; on a CPU
// products and update one after the other.
[[nodiscard]] double floor_of(const StepCost& cost, const Workload& workload, const Ceilings& ceilings,
                              const Facts& facts);

}  // namespace cuvae::bench
