// A piece of work as a CUDA graph.
#pragma once

#include <array>
#include <functional>
#include <memory>

#include "src/backend/backend.hpp"
#include "src/cuda/context.hpp"

namespace cuvae::cuda {

// Captures what `work` queues on the context's capture stream. It must leave no branch open.
[[nodiscard]] std::unique_ptr<Recording> record_graph(Context& context, const std::function<void()>& work);

}  // namespace cuvae::cuda
