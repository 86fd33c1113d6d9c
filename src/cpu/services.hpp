// What the CPU backend does besides computing.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "src/backend/backend.hpp"

namespace cuvae::cpu {

// Of the machine, as Linux estimates it.
[[nodiscard]] std::int64_t available_memory();

// Host and device memory are one.
[[nodiscard]] std::unique_ptr<Staging> make_staging(std::int64_t bytes);

// Work that is done anew each time.
[[nodiscard]] std::unique_ptr<Recording> make_recording(std::function<void()> work);

[[nodiscard]] std::int64_t first_non_finite(const float* values, std::int64_t size);

}  // namespace cuvae::cpu
