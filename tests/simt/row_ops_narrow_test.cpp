// Every row op of the table through row_map_reduce_kernel, stored in part as bfloat16.
#include "row_check.hpp"

namespace cuvae::test {
namespace {

TEST(RowMapReduceKernelInBfloat16, AgreesWithTheDoubleOracle) {
  for_each(row_ops(), [](const auto& row) {
    for (const Shape& shape : kShapes) check_row_op<Narrow>(row, shape);
  });
}

TEST(RowMapReduceKernelInBfloat16, RepeatsItsBitsAndMayWriteOverItsInput) {
  for_each(row_ops(), [](const auto& row) { check_repetition<Narrow>(row, {3, 2, 257}); });
}

}  // namespace
}  // namespace cuvae::test
