#pragma once

#include <xxhash.h>

#include <cstddef>
#include <cstdint>
#include <span>

#include "src/data/dataset_impl.hpp"

namespace cuvae::data {

// What tells data from other data: a hash of its values in the order in which they are stored, and of how
// they make rows.
class Fingerprint {
 public:
  Fingerprint() { XXH3_64bits_reset(&state_); }
  void add(std::span<const std::byte> values) { XXH3_64bits_update(&state_, values.data(), values.size()); }
  // Once, after the last value of `data`.
  [[nodiscard]] std::uint64_t digest(const Dataset::Impl& data);

 private:
  XXH3_state_t state_;
};

}  // namespace cuvae::data
