// The GPUs of this machine.
#include <cuda_runtime_api.h>

#include "cuvae/cuda.hpp"
#include "src/cuda/context.hpp"
#include "src/cuda/cuda.hpp"

namespace cuvae::cuda {
namespace {

DeviceInfo describe(int index) {
  DeviceInfo info;
  info.device = Device::cuda(index);
  cudaDeviceProp properties{};
  if (const cudaError_t error = cudaGetDeviceProperties(&properties, index); error != cudaSuccess) {
    static_cast<void>(cudaGetLastError());
    info.name = "CUDA";
    info.why_not = cudaGetErrorString(error);
    return info;
  }
  info.name = properties.name;
  info.details = "compute capability " + std::to_string(properties.major) + "." +
                 std::to_string(properties.minor) + ", " + std::to_string(properties.totalGlobalMem >> 20) +
                 " MiB, " + std::to_string(properties.multiProcessorCount) + " multiprocessors";
  info.available = properties.major >= kOldestMajor;
  if (!info.available) info.why_not = "compute capability 8.0 or later is needed";
  return info;
}

}  // namespace

std::vector<DeviceInfo> describe() {
  int count = 0;
  const cudaError_t error = cudaGetDeviceCount(&count);
  static_cast<void>(cudaGetLastError());
  if (error == cudaSuccess && count > 0) {
    std::vector<DeviceInfo> all;
    for (int index = 0; index < count; ++index) all.push_back(describe(index));
    return all;
  }
  DeviceInfo none;
  none.device = Device::cuda();
  none.name = "CUDA";
  none.why_not = error == cudaErrorInsufficientDriver
                     ? "no NVIDIA driver, or one older than this cuvae's CUDA runtime"
                     : "no NVIDIA GPU is visible";
  return {none};
}

std::unique_ptr<Backend> make_backend(int index, const BackendOptions& options) {
  return cuda::make_backend(Resources{.device = index}, options);
}

}  // namespace cuvae::cuda
