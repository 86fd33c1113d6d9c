// The CUDA backend of a build without CUDA.
#include "cuvae/error.hpp"
#include "src/cuda/cuda.hpp"

namespace cuvae::cuda {

std::vector<DeviceInfo> describe() {
  DeviceInfo info;
  info.device = Device::cuda();
  info.name = "CUDA";
  info.why_not = "this cuvae was built without CUDA";
  return {info};
}

std::unique_ptr<Backend> make_backend(const Resources& resources, const BackendOptions& options) {
  return make_backend(resources.device, options);
}

std::unique_ptr<Backend> make_backend(int index, const BackendOptions&) {
  throw Error(Errc::unsupported, "device cuda:" + std::to_string(index) +
                                     ": this cuvae was built without CUDA\nUse --device cpu (or auto).");
}

}  // namespace cuvae::cuda
