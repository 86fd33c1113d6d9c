// Which data-set row stands at which position of an epoch.
#pragma once

#include <cstdint>

#include "kernels/ops/permutation.hpp"

namespace cuvae::ops {

// A part of a data set (all of it, or the rows on one side of a random split), in the data set's order or
// shuffled anew each epoch. Pure arithmetic: nothing is stored, so any position can be asked for.
struct RowOrder {
  enum class Visit : std::uint8_t { in_order, shuffled };

  std::uint64_t seed = 0;
  std::int64_t total_rows = 0;  // of the data set
  std::int64_t first = 0;       // of this part, in the order of the split
  std::int64_t rows = 0;        // in this part; total_rows: there is no split
  Visit visit = Visit::in_order;

  CUVAE_HD constexpr std::int64_t row(std::int64_t position, std::int32_t epoch) const {
    std::int64_t index = position;
    if (visit == Visit::shuffled) {
      index = Permutation(seed, Purpose::shuffle, static_cast<std::uint32_t>(epoch), rows)(index);
    }
    if (rows == total_rows) return index;
    return Permutation(seed, Purpose::split, 0, total_rows)(first + index);
  }
};

}  // namespace cuvae::ops
