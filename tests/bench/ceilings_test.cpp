#include "bench/kernels/ceilings.hpp"

#include <gtest/gtest.h>

namespace cuvae::bench {
namespace {

// Within what any machine of this century does.
TEST(Ceilings, AreThoseOfAMachine) {
  const std::unique_ptr<Machine> cpu = make_machine(Device::cpu(1), Precision::fp32);
  const Ceilings ceilings = measure_ceilings(*cpu);
  for (const double rate : {ceilings.copy, ceilings.read, ceilings.fill, ceilings.copy_in_cache}) {
    EXPECT_GT(rate, 1e8);
    EXPECT_LT(rate, 1e13);
  }
  for (const double rate : {ceilings.flops, ceilings.products}) {
    EXPECT_GT(rate, 1e8);
    EXPECT_LT(rate, 1e15);
  }
  EXPECT_GT(ceilings.exponentials, 1e6);
  EXPECT_GT(ceilings.divisions, 1e6);
  EXPECT_LT(ceilings.launch, 1e-3);
}

}  // namespace
}  // namespace cuvae::bench
