// Rows on their way from page-locked memory, on a stream of their own.
#pragma once

#include <cstdint>
#include <memory>

#include "src/backend/backend.hpp"
#include "src/cuda/context.hpp"

namespace cuvae::cuda {

[[nodiscard]] std::unique_ptr<Staging> make_pinned_staging(Context& context, std::int64_t bytes);

}  // namespace cuvae::cuda
