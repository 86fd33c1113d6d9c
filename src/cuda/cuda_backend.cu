// BackendOn over a GPU.
#include <memory>

#include "src/backend/backend_on.hpp"
#include "src/cuda/cuda.hpp"
#include "src/cuda/cuda_exec.cuh"

namespace cuvae::cuda {

std::unique_ptr<Backend> make_backend(const Resources& resources, const BackendOptions& options) {
  return std::make_unique<BackendOn<CudaExec>>(CudaExec(resources, options.precision));
}

}  // namespace cuvae::cuda
