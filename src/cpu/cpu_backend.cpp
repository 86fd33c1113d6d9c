// Compiled once per instruction set, each time with its own flags and its own CUVAE_CPU_TARGET namespace (see
// CMakeLists.txt). Nothing here may define a function that another translation unit could share: the linker
// would keep one copy, perhaps one that this processor cannot run. tests/guest holds this.
#include "src/backend/backend_on.hpp"
#include "src/cpu/cpu_exec.hpp"

namespace cuvae::cpu::CUVAE_CPU_TARGET {

Backend* make_backend(Device device, Products products) {
  return new BackendOn<CpuExec>(CpuExec(device, products));
}

}  // namespace cuvae::cpu::CUVAE_CPU_TARGET
