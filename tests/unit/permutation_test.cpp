#include "kernels/ops/permutation.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <vector>

#include "kernels/ops/row_order.hpp"

namespace cuvae::test {
namespace {

using namespace cuvae::ops;

bool is_bijection(const Permutation& permutation, std::int64_t size) {
  std::vector<bool> seen(static_cast<std::size_t>(size));
  for (std::int64_t i = 0; i < size; ++i) {
    const std::int64_t to = permutation(i);
    if (to < 0 || to >= size || seen[static_cast<std::size_t>(to)]) return false;
    seen[static_cast<std::size_t>(to)] = true;
  }
  return true;
}

TEST(Permutation, IsABijectionForEverySizeUpTo4096) {
  for (std::int64_t size = 1; size <= 4096; ++size) {
    const auto variant = static_cast<std::uint32_t>(size % 5);
    ASSERT_TRUE(is_bijection(
        Permutation(static_cast<std::uint64_t>(size) * 977, Purpose::shuffle, variant, size), size))
        << size;
  }
}

TEST(Permutation, IsABijectionForEverySmallSizeAndManyKeys) {
  for (std::int64_t size = 1; size <= 40; ++size) {
    for (std::uint32_t variant = 0; variant < 50; ++variant) {
      ASSERT_TRUE(is_bijection(Permutation(variant % 3, Purpose::split, variant, size), size)) << size;
    }
  }
}

// Sizes beyond 2^32 stay inside their range and take distinct positions to distinct ones.
TEST(Permutation, WorksOnHugeSizes) {
  const std::int64_t size = (std::int64_t{1} << 40) - 7;
  const Permutation permutation(3, Purpose::shuffle, 1, size);
  std::vector<std::int64_t> seen;
  for (std::int64_t i = size - 1000; i < size; ++i) {
    seen.push_back(permutation(i));
    EXPECT_GE(seen.back(), 0);
    EXPECT_LT(seen.back(), size);
  }
  std::sort(seen.begin(), seen.end());
  EXPECT_EQ(std::adjacent_find(seen.begin(), seen.end()), seen.end());
  EXPECT_GT(seen.back() - seen.front(), size / 2);
}

// Each element stands equally often at each position: chi-square, (size - 1)^2 degrees of freedom.
TEST(Permutation, PositionsAreUniform) {
  for (const std::int64_t size : {2, 3, 4, 5, 10, 16, 37}) {
    const std::int64_t epochs = 400 * size;
    std::vector<double> count(static_cast<std::size_t>(size * size));
    for (std::uint32_t epoch = 0; epoch < epochs; ++epoch) {
      const Permutation permutation(9, Purpose::shuffle, epoch, size);
      for (std::int64_t i = 0; i < size; ++i) ++count[static_cast<std::size_t>(i * size + permutation(i))];
    }
    double chi_square = 0;
    for (const double c : count) chi_square += (c - 400) * (c - 400) / 400;
    const double freedom = static_cast<double>((size - 1) * (size - 1));
    EXPECT_LT(chi_square, freedom + 4.5 * std::sqrt(2 * freedom) + 8) << size;
    // nor too regular
    EXPECT_GT(chi_square, freedom - 4.5 * std::sqrt(2 * freedom)) << size;
  }
}

// Neighbours are torn apart: the steps from position to position are those of a random order.
TEST(Permutation, NeighboursDoNotStayTogether) {
  const std::int64_t size = 60'000;
  const Permutation permutation(1, Purpose::shuffle, 0, size);
  double product = 0;
  for (std::int64_t i = 0; i + 1 < size; ++i) {
    const double a = static_cast<double>(permutation(i)) / size - 0.5,
                 b = static_cast<double>(permutation(i + 1)) / size - 0.5;
    product += a * b * 12;
  }
  EXPECT_LT(std::abs(product), 4.5 * std::sqrt(static_cast<double>(size)));
}

std::vector<std::int64_t> rows_of(const RowOrder& order, std::int32_t epoch) {
  std::vector<std::int64_t> rows;
  for (std::int64_t position = 0; position < order.rows; ++position)
    rows.push_back(order.row(position, epoch));
  return rows;
}

std::vector<std::int64_t> sorted(std::vector<std::int64_t> rows) {
  std::sort(rows.begin(), rows.end());
  return rows;
}

std::vector<std::int64_t> all_rows(std::int64_t count) {
  std::vector<std::int64_t> rows(static_cast<std::size_t>(count));
  std::iota(rows.begin(), rows.end(), 0);
  return rows;
}

TEST(RowOrder, InOrderIsTheDataSetsOrder) {
  EXPECT_EQ(rows_of({.seed = 4, .total_rows = 100, .rows = 100}, 3), all_rows(100));
}

TEST(RowOrder, ShuffleVisitsEveryRowOnceAndDiffersByEpochAndSeed) {
  const RowOrder order{.seed = 4, .total_rows = 1000, .rows = 1000, .visit = RowOrder::Visit::shuffled};
  const auto first = rows_of(order, 0), second = rows_of(order, 1);
  EXPECT_EQ(sorted(first), all_rows(1000));
  EXPECT_EQ(sorted(second), all_rows(1000));
  EXPECT_NE(first, second);
  RowOrder other = order;
  other.seed = 5;
  EXPECT_NE(rows_of(other, 0), first);
  std::int64_t at_home = 0, unchanged = 0;
  for (std::size_t i = 0; i < 1000; ++i) {
    at_home += first[i] == static_cast<std::int64_t>(i) ? 1 : 0;
    unchanged += first[i] == second[i] ? 1 : 0;
  }
  EXPECT_LT(at_home, 10);  // one in a thousand is expected
  EXPECT_LT(unchanged, 10);
}

TEST(RowOrder, PartsOfASplitAreDisjointAndCoverTheDataSet) {
  for (const auto visit : {RowOrder::Visit::in_order, RowOrder::Visit::shuffled}) {
    const RowOrder kept{.seed = 8, .total_rows = 777, .first = 0, .rows = 700, .visit = visit};
    const RowOrder held{.seed = 8, .total_rows = 777, .first = 700, .rows = 77, .visit = visit};
    auto rows = rows_of(kept, 2);
    const auto held_rows = rows_of(held, 2);
    rows.insert(rows.end(), held_rows.begin(), held_rows.end());
    EXPECT_EQ(sorted(rows), all_rows(777));
    EXPECT_NE(sorted(held_rows), held_rows);  // random rows, not the last ones
  }
}

TEST(RowOrder, PartsKeepTheirRowsInEveryEpoch) {
  const RowOrder kept{
      .seed = 8, .total_rows = 500, .first = 0, .rows = 400, .visit = RowOrder::Visit::shuffled};
  EXPECT_EQ(sorted(rows_of(kept, 0)), sorted(rows_of(kept, 9)));
  EXPECT_NE(rows_of(kept, 0), rows_of(kept, 9));
}

}  // namespace
}  // namespace cuvae::test
