// Every row op of the table through row_map_reduce_kernel, stored as float.
#include "row_check.hpp"

namespace cuvae::test {
namespace {

TEST(RowMapReduceKernel, AgreesWithTheDoubleOracle) {
  for_each(row_ops(), [](const auto& row) {
    for (const Shape& shape : kShapes) check_row_op<Wide>(row, shape);
  });
}

TEST(RowMapReduceKernel, RepeatsItsBitsAndMayWriteOverItsInput) {
  for_each(row_ops(), [](const auto& row) { check_repetition<Wide>(row, {3, 2, 257}); });
}

}  // namespace
}  // namespace cuvae::test
