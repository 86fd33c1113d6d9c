#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace cuvae::data {

// `bytes` uninitialised bytes, aligned for any number. Throws Error(out_of_memory), naming the source, where
// the machine has less memory than that.
[[nodiscard]] std::shared_ptr<std::byte[]> allocate_block(std::int64_t bytes, std::string_view source);

// Throws the same error without taking any.
void require_memory(std::int64_t bytes, std::string_view source);

}  // namespace cuvae::data
