#include "cuvae/device.hpp"

#include <charconv>
#include <string_view>

#include "cuvae/error.hpp"
#include "src/backend/backend.hpp"
#include "src/backend/dense.hpp"
#include "src/cpu/cpu.hpp"
#include "src/cuda/cuda.hpp"

namespace cuvae {

Device Device::cpu(int threads) {
  if (threads < 0) {
    throw Error(Errc::invalid_argument, "threads: " + std::to_string(threads) +
                                            " is no number of threads; give 0 for one per core, or more");
  }
  return {Kind::cpu, 0, threads};
}

Device Device::cuda(int index) { return {Kind::cuda, index, 0}; }

Device Device::best(int threads) {
  for (const DeviceInfo& info : cuda::describe()) {
    if (info.available) return info.device;
  }
  return cpu(threads);
}

Device Device::parse(const std::string& text, int threads) {
  constexpr std::string_view kNumbered = "cuda:";
  if (text == "auto") return best(threads);
  if (text == "cpu") return cpu(threads);
  if (text == "cuda") return cuda();
  int index = 0;
  const char* end = text.data() + text.size();
  if (text.starts_with(kNumbered)) {
    const auto [rest, problem] = std::from_chars(text.data() + kNumbered.size(), end, index);
    if (problem == std::errc() && rest == end && index >= 0) return cuda(index);
  }
  throw Error(Errc::invalid_argument, "device: '" + text + "' is none of auto, cpu, cuda, cuda:N");
}

void require_precision(const Device& device, Precision precision) {
  if (device.kind == Device::Kind::cuda || precision == Precision::fp32) return;
  throw Error(Errc::unsupported,
              "precision: " + std::string(to_string(precision)) +
                  " needs a GPU; the CPU computes in fp32\nUse --device cuda, or leave --precision out.");
}

std::string to_string(const Device& device) {
  return device.kind == Device::Kind::cpu ? "cpu" : "cuda:" + std::to_string(device.index);
}

std::vector<DeviceInfo> list_devices() {
  std::vector<DeviceInfo> all = cuda::describe();
  all.push_back(cpu::describe());
  return all;
}

std::unique_ptr<Backend> make_backend(const Device& device, const BackendOptions& options) {
  if (device.kind == Device::Kind::cuda) return cuda::make_backend(device.index, options);
  require_precision(device, options.precision);
  return cpu::make_backend(device.threads, options.products);
}

std::unique_ptr<Backend> make_backend(const cuda::Resources& lent, const BackendOptions& options) {
  return cuda::make_backend(lent, options);
}

void refuse_lost_mask() {
  throw Error(Errc::internal, "a layer keeps a mask, but its product is not offered with one any more");
}

Backend::~Backend() = default;

LayerFunction layer_function(Activation activation) {
  switch (activation) {
    case Activation::relu:
      return LayerFunction::relu;
    case Activation::tanh:
      return LayerFunction::tanh;
    case Activation::gelu:
      return LayerFunction::gelu;
    case Activation::silu:
      return LayerFunction::silu;
    case Activation::softplus:
      return LayerFunction::softplus;
    case Activation::glu:
      break;  // its layer is linear, and Backend::glu follows
  }
  return LayerFunction::identity;
}

bool keeps_input(LayerFunction function) {
  return function == LayerFunction::gelu || function == LayerFunction::silu;
}

}  // namespace cuvae
