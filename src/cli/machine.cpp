#include "src/cli/machine.hpp"

namespace cuvae::cli {

void check_device(const std::string& text) {
  try {
    (void)Device::parse(text);
  } catch (const Error&) {
    throw Error(Errc::invalid_argument, "'" + core::shown(text) + "' is none of auto, cpu, cuda, cuda:N");
  }
}

std::string describe(const Device& device, const Machine& asked) {
  std::string text = to_string(device);
  std::string no_gpu;
  for (const DeviceInfo& info : list_devices()) {
    if (info.device.kind == device.kind && info.device.index == device.index) text += ": " + info.name;
    if (info.device.kind == Device::Kind::cuda && !info.available) no_gpu = info.why_not;
  }
  if (device.threads > 0) text += ", " + std::to_string(device.threads) + " threads";
  const bool fell_back = asked.device == "auto" && device.kind == Device::Kind::cpu && !no_gpu.empty();
  return fell_back ? text + " (no GPU: " + no_gpu + ")" : text;
}

}  // namespace cuvae::cli
