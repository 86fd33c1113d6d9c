// A fused kernel, as a benchmark sees it: what it reads and writes, what it computes per element, how it is
// called through the seam, what the same takes unfused, and how its results are checked.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bench/kernels/operands.hpp"

namespace cuvae::bench {

// One call: a set of operands, what a pass brings along, and room for the losses of rows.
struct Call {
  Machine& machine;
  PassContext pass;
  const Operands& operands;
  float* row_loss = nullptr;
  std::byte* scratch = nullptr;  // of a reduction over the operands
  Type type = Type::fp32;

  [[nodiscard]] Matrix operator[](std::size_t which) const { return operands[which]; }
  [[nodiscard]] Backend& backend() const { return machine.backend(); }
};

// What one call left, for its first rows, beside what went into it.
struct Outcome {
  Shape shape = {};  // of the rows that are looked at
  Shape whole = {};
  Type type = Type::fp32;
  std::vector<Values> in = {};
  std::vector<std::int64_t> lds = {};        // of the inputs; 0 of one row that repeats
  std::vector<std::vector<float>> out = {};  // shape.rows x cols each
  std::vector<float> row_loss = {};
  std::vector<std::int64_t> row_ids = {};
  ops::StepState state = {};  // before
  ops::StepState state_after = {};

  [[nodiscard]] double input(std::size_t which, std::int64_t row, std::int32_t col) const {
    return static_cast<double>(in[which].at(row * lds[which] + col));
  }
};

// What ops are bound to.
inline constexpr ops::PassPlan kPass{.row_weight = 1.0f / 128,
                                     .kl_weight = 1,
                                     .learning_rate = 1e-3f,
                                     .first_correction = 2,
                                     .second_correction = 10};

struct Operation {
  std::string_view name;
  std::string_view what;
  Shape small;                    // in the reference job
  std::vector<Operand> in = {};   // then, in one set of operands, `out`
  std::vector<Operand> out = {};  // what is written beside, or none where it lies in place of an input
  std::vector<std::size_t> writes =
      {};  // operands that are written: outputs, and inputs that are written over
  bool has_row_loss = false;
  bool is_arena = false;  // one flat piece of memory
  // Per element: bytes moved beyond those of the operands (the bf16 copy of parameters), arithmetic, and what
  // has a unit of its own: exponentials with logarithms, sines and cosines; divisions with roots.
  std::int64_t extra_bytes_bf16 = 0;
  double flops = 0, exponentials = 0, divisions = 0;
  std::function<void(const Call&)> run = {};
  std::function<std::string(const Outcome&)> disagreement = {};  // empty where the results are right

  // The unfused sequence; none where there is nothing to fuse. Its operands are the inputs, stored as the
  // type throughout, then the outputs, then `temporaries`.
  std::size_t temporaries = 0;
  std::function<void(const Call&)> keep = {};  // what an earlier pass would have left in temporaries
  std::function<void(const Call&)> unfused = {};
  std::vector<std::size_t> unfused_writes = {};  // where it leaves what `writes` names

  // Read and written once each: what no implementation can avoid.
  [[nodiscard]] std::int64_t bytes(const Shape& shape, Type type) const;
  [[nodiscard]] std::vector<Operand> operands() const;
  [[nodiscard]] std::vector<Operand> unfused_operands() const;
};

[[nodiscard]] const std::vector<Operation>& operations();

}  // namespace cuvae::bench
