#pragma once

#include <memory>
#include <optional>
#include <string>

#include "src/data/dataset_impl.hpp"

namespace cuvae::data {

// rows x cols values side by side; bytes are pixels, where no other scale is given.
struct InMemory {
  std::shared_ptr<std::byte[]> block;
  ElementType type;
  std::int64_t rows;
  std::int32_t cols;
  ImageShape image;
  std::string source, description;
  std::optional<float> scale{};
};

// As a data set. Throws Error(data) for NaN and Inf.
[[nodiscard]] std::shared_ptr<Dataset::Impl> from_memory(InMemory values);

}  // namespace cuvae::data
