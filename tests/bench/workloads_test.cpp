// What a step of each workload costs: parameters and FLOP counted by hand.
#include "bench/train/workloads.hpp"

#include <gtest/gtest.h>

namespace cuvae::bench {
namespace {

TEST(Workloads, CostWhatWasCountedByHand) {
  const std::vector<Workload> all = workloads();
  ASSERT_EQ(all.size(), 3u);
  const StepCost a = cost_of(all[0], Precision::fp32), b = cost_of(all[1], Precision::fp32),
                 c = cost_of(all[2], Precision::bf16);
  EXPECT_EQ(a.parameters, 652824);
  EXPECT_EQ(a.flops, 2.0 * 128 * (3 * (784 * 400 + 400 * 40 + 20 * 400 + 400 * 784) - 784 * 400));
  EXPECT_EQ(a.adam_bytes, 28.0 * 652824);
  EXPECT_EQ(b.parameters, 425284);
  EXPECT_NEAR(b.flops, 0.0446e9, 1e5);
  EXPECT_NEAR(c.parameters, 549.5e6, 1e5);
  EXPECT_NEAR(c.flops, 24.81e12, 1e10);
  EXPECT_EQ(c.adam_bytes, 30 * c.parameters);
}

TEST(Workloads, HaveAFloorThatFollowsFromTheCeilings) {
  const Workload a = workloads()[0];
  const StepCost cost = cost_of(a, Precision::fp32);
  const Ceilings top{.copy = 4e12, .copy_in_cache = 6e12, .flops = 60e12, .products = 400e12, .launch = 1e-6};
  const Facts gpu{.device = "cuda:0", .cache_bytes = 50'000'000};
  EXPECT_NEAR(floor_of(cost, a, top, gpu), 7e-6 + cost.adam_bytes / 6e12, 1e-12);
  const Facts cpu{.device = "cpu", .cache_bytes = 1'000'000};
  EXPECT_NEAR(floor_of(cost, a, top, cpu), cost.flops / 60e12 + cost.adam_bytes / 4e12, 1e-12);
}

// The shapes are those that trainers accept.
TEST(Workloads, CanBeTrained) {
  for (const Workload& workload : workloads()) {
    EXPECT_NO_THROW(validate(workload.model)) << workload.name;
    EXPECT_NO_THROW(validate(workload.train)) << workload.name;
  }
}

}  // namespace
}  // namespace cuvae::bench
