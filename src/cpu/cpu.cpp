#include "src/cpu/cpu.hpp"

#include <algorithm>
#include <fstream>
#include <thread>

#include "src/cpu/gemm.hpp"

namespace cuvae::cpu {

namespace baseline {
Backend* make_backend(Device device, Products products);
}
namespace avx2 {
Backend* make_backend(Device device, Products products);
}

namespace {

int usable_threads(int asked) {
#ifdef _OPENMP
  return asked > 0 ? asked : static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
#else
  (void)asked;
  return 1;
#endif
}

std::string processor_name() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    const std::size_t colon = line.find(": ");
    if (line.starts_with("model name") && colon != std::string::npos) return line.substr(colon + 2);
  }
  return "CPU";
}

}  // namespace

const char* name(Target target) { return target == Target::avx2 ? "AVX2" : "baseline"; }

std::vector<Target> usable_targets() {
#ifdef CUVAE_HAS_AVX2
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2")) {
    return {Target::avx2, Target::baseline};
  }
#endif
  return {Target::baseline};
}

std::unique_ptr<Backend> make_backend(int threads, Products products, Target target) {
  const Device device{Device::Kind::cpu, 0, usable_threads(threads)};
#ifdef CUVAE_HAS_AVX2
  if (target == Target::avx2) return std::unique_ptr<Backend>(avx2::make_backend(device, products));
#endif
  (void)target;
  return std::unique_ptr<Backend>(baseline::make_backend(device, products));
}

DeviceInfo describe() {
  DeviceInfo info;
  info.device = Device::cpu();
  info.name = processor_name();
  info.details = std::string(name(usable_targets().front())) + ", " + std::to_string(usable_threads(0)) +
                 " threads, " + blas_description();
  info.available = true;
  return info;
}

}  // namespace cuvae::cpu
