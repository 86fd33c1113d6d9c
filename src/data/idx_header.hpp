// IDX, MNIST's format: 0, 0, type, number of dimensions, then each dimension (32 bits) and the values, all
// big-endian. http://yann.lecun.com/exdb/mnist
#pragma once

#include "src/data/header.hpp"

namespace cuvae::data {

[[nodiscard]] bool is_idx(std::span<const std::byte> start) noexcept;

// The shape is as the file has it; read_header() checks it.
[[nodiscard]] Header read_idx_header(std::span<const std::byte> start, const std::string& source);

}  // namespace cuvae::data
