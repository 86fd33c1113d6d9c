#include "src/cuda/check.hpp"

#include <string>

#include "cuvae/error.hpp"

namespace cuvae::cuda {
namespace {

const char* mend(cudaError_t error) {
  switch (error) {
    case cudaErrorInsufficientDriver:
      return "There is no NVIDIA driver, or it is older than the CUDA runtime cuvae was built with: update "
             "it, or use --device cpu.";
    case cudaErrorNoDevice:
      return "No NVIDIA GPU is visible: see nvidia-smi and CUDA_VISIBLE_DEVICES, or use --device cpu.";
    case cudaErrorNoKernelImageForDevice:
      return "This build has no code for this GPU: build with its compute capability in "
             "CMAKE_CUDA_ARCHITECTURES.";
    default:
      return "The device cannot be used any more by this process; a run continues from its last checkpoint "
             "with "
             "--resume.";
  }
}

}  // namespace

void fail(cudaError_t error, const char* call, const char* file, int line) {
  static_cast<void>(cudaGetLastError());
  const std::string where = std::string(" [") + call + " at " + file + ":" + std::to_string(line) + "]";
  if (error == cudaErrorMemoryAllocation)
    throw Error(Errc::out_of_memory, "out of memory on the GPU" + where);
  throw Error(Errc::device, std::string("CUDA: ") + cudaGetErrorString(error) + where + "\n" + mend(error));
}

}  // namespace cuvae::cuda
