// Readers compute nothing: beside src/cuda/no_cuda.cpp, the engine of a build without any.
#include "cuvae/error.hpp"
#include "src/cpu/cpu.hpp"

namespace cuvae::cpu {

std::vector<Target> usable_targets() { return {Target::baseline}; }

DeviceInfo describe() { return {}; }

std::unique_ptr<Backend> make_backend(int, Products, Target) {
  throw Error(Errc::unsupported, "device cpu: only readers were built");
}

}  // namespace cuvae::cpu
