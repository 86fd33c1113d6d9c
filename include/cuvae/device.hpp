// Where a model lives and computes: a plain value, chosen at run time.
#pragma once

#include <string>
#include <vector>

#include "cuvae/config.hpp"

namespace cuvae {

struct Device {
  enum class Kind { cpu, cuda };

  Kind kind = Kind::cpu;
  int index = 0;    // which GPU; 0 for the CPU
  int threads = 0;  // CPU threads, 0 = one per core this process may use; results do not depend on it

  // The CPU. Throws Error(invalid_argument) for a negative number of threads.
  static Device cpu(int threads = 0);
  // One GPU. Absence is reported when the device is first used, as Error(device) or Error(unsupported).
  static Device cuda(int index = 0);
  // The first usable GPU, else the CPU.
  static Device best(int threads = 0);
  // "auto", "cpu", "cuda" or "cuda:N". Throws Error(invalid_argument) for anything else.
  static Device parse(const std::string& text, int threads = 0);

  friend bool operator==(const Device&, const Device&) = default;
};

// Throws Error(unsupported) where the device does not compute in that precision.
void require_precision(const Device& device, Precision precision);

// "cpu", "cuda:0"
[[nodiscard]] std::string to_string(const Device& device);

struct DeviceInfo {
  Device device;
  std::string name;     // e.g. the processor's model name
  std::string details;  // one line: instruction set, threads, BLAS; or memory and compute capability
  bool available = false;
  std::string why_not;  // the reason where it is not available
};

// Every device this build knows of, usable or not, each with its reason.
[[nodiscard]] std::vector<DeviceInfo> list_devices();

}  // namespace cuvae
