// The table of what is measured.
#include "bench/kernels/operation.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace cuvae::bench {
namespace {

const Operation& named(std::string_view name) {
  return *std::ranges::find(operations(), name, &Operation::name);
}

TEST(Operation, MovesTheBytesThatNothingCanAvoid) {
  constexpr Shape kShape{128, 784};
  constexpr std::int64_t kElements = 128 * 784, kLosses = 128 * 4, kRow = 784 * 4;
  const auto bytes = [&](std::string_view name, Type type) { return named(name).bytes(kShape, type); };
  EXPECT_EQ(bytes("load_rows", Type::fp32), 5 * kElements);
  EXPECT_EQ(bytes("load_rows", Type::bf16), 7 * kElements);
  EXPECT_EQ(bytes("bernoulli_nll", Type::fp32), 12 * kElements + kLosses);
  EXPECT_EQ(bytes("bernoulli_nll", Type::bf16), 8 * kElements + kLosses);
  EXPECT_EQ(bytes("gaussian_nll", Type::fp32), 12 * kElements + kLosses + kRow);
  EXPECT_EQ(bytes("sample_latent", Type::fp32), 12 * kElements + kLosses);
  EXPECT_EQ(bytes("latent_backward", Type::fp32), 20 * kElements);
  EXPECT_EQ(bytes("column_sum", Type::fp32), 4 * kElements + kRow);
  EXPECT_EQ(bytes("gradient_norm", Type::fp32), 4 * kElements);
  EXPECT_EQ(bytes("adam", Type::fp32), 28 * kElements);
  EXPECT_EQ(bytes("adam", Type::bf16), 30 * kElements);
}

TEST(Operation, NamesAreDifferentAndSayWhatTheyDo) {
  std::vector<std::string_view> names;
  for (const Operation& operation : operations()) {
    names.push_back(operation.name);
    EXPECT_FALSE(operation.what.empty()) << operation.name;
    EXPECT_GT(operation.bytes(operation.small, Type::fp32), 0) << operation.name;
  }
  std::ranges::sort(names);
  EXPECT_EQ(std::ranges::adjacent_find(names), names.end());
}

}  // namespace
}  // namespace cuvae::bench
