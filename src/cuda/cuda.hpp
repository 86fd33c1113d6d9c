// The CUDA backend as the rest of cuvae sees it: the same functions with and without CUDA in the build.
#pragma once

#include <memory>
#include <vector>

#include "cuvae/cuda.hpp"
#include "src/backend/backend.hpp"

namespace cuvae::cuda {

// Every GPU, usable or not; one entry with the reason where there is none.
[[nodiscard]] std::vector<DeviceInfo> describe();

// Throws Error(unsupported) in a build without CUDA, Error(device) where there is no such GPU.
[[nodiscard]] std::unique_ptr<Backend> make_backend(int index, const BackendOptions& options);
[[nodiscard]] std::unique_ptr<Backend> make_backend(const Resources& resources,
                                                    const BackendOptions& options);

}  // namespace cuvae::cuda
