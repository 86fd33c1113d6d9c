// What is known of each row beside its values.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "src/data/dataset_impl.hpp"

namespace cuvae::data {

// Of rows that a device reads in place: numbers, or a 1 in the column of each row's class.
struct Labels {
  std::shared_ptr<const Dataset::Impl> rows;
  bool are_classes = false;
};

inline constexpr std::int32_t kMostClasses = 1 << 16;

// Classes from 0 to count - 1; count 0: up to the largest there is. Throws Error(data), naming the row, for a
// class beyond them.
[[nodiscard]] Labels labels_of_classes(std::span<const std::int32_t> classes, std::int32_t count,
                                       const std::string& source);

// Any data: one integer to a row is its class, all else are numbers. Throws Error(data).
[[nodiscard]] Labels read_labels(const std::string& path, std::int32_t count);

}  // namespace cuvae::data
