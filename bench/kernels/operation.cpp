#include "bench/kernels/operation.hpp"

namespace cuvae::bench {

std::int64_t Operation::bytes(const Shape& shape, Type type) const {
  const std::vector<Operand> all = operands();
  const auto bytes_of = [&](const Operand& operand) {
    return (operand.one_row ? 1 : shape.rows) * shape.cols * ops::size_of(element_of(operand.stored, type));
  };
  std::int64_t sum = has_row_loss ? shape.rows * 4 : 0;
  for (const Operand& operand : in) sum += bytes_of(operand);
  for (const std::size_t which : writes) sum += bytes_of(all[which]);
  return sum + (type == Type::bf16 ? extra_bytes_bf16 * shape.rows * shape.cols : 0);
}

std::vector<Operand> Operation::operands() const {
  std::vector<Operand> all = in;
  all.insert(all.end(), out.begin(), out.end());
  return all;
}

std::vector<Operand> Operation::unfused_operands() const {
  std::vector<Operand> all = operands();
  for (Operand& operand : all) {
    if (operand.stored == Stored::fp32 && !is_arena) operand.stored = Stored::as_type;
  }
  const Operand temporary{is_arena ? Stored::fp32 : Stored::as_type};
  all.insert(all.end(), temporaries, temporary);
  return all;
}

}  // namespace cuvae::bench
