// What is known of each row beside its values.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "src/data/dataset_impl.hpp"

namespace cuvae::data {

// Of rows that a device reads in place: numbers, or a 1 in the column of each row's class.
struct Labels {
  std::shared_ptr<const Dataset::Impl> rows;
  bool are_classes = false;
  std::vector<std::string> names;  // of classes that are words; else empty
};

inline constexpr std::int32_t kMostClasses = 1 << 16;

// Classes from 0 to count - 1; count 0: up to the largest there is. Throws Error(data), naming the row, for a
// class beyond them, and where most classes up to the largest do not occur.
[[nodiscard]] Labels labels_of_classes(std::span<const std::int32_t> classes, std::int32_t count,
                                       const std::string& source);

// Any data, and words in a column of a table. Throws Error(data), also where they are not as many as the
// rows.
[[nodiscard]] Labels read_labels(const std::string& path, const LabelOptions& options, const Dataset& data);

// Throws Error(data) where so many labels of `source` are more or fewer than the rows.
void require_one_for_each(std::int64_t labels, const std::string& source, const Dataset& data);

}  // namespace cuvae::data
