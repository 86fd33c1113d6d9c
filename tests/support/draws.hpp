// Reproducible test inputs, from a generator that is not ours.
#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "support/op_table.hpp"

namespace cuvae::test {

class Draws {
 public:
  explicit Draws(std::uint64_t seed) : engine_(seed) {}

  double uniform(double low, double high) {
    return low + (high - low) * static_cast<double>(engine_() >> 11) * 0x1p-53;
  }
  double of(const Input& input) { return uniform(input.low, input.high); }
  std::int64_t below(std::int64_t bound) {
    return static_cast<std::int64_t>(uniform(0, 1) * static_cast<double>(bound));
  }

  // As floats, so that float and double start from the same values.
  std::vector<float> floats(std::int64_t count, const Input& input) {
    std::vector<float> values(static_cast<std::size_t>(count));
    for (float& value : values) value = static_cast<float>(of(input));
    return values;
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace cuvae::test
