// Each compilation of the CPU loops that this processor can run, and, in a build with CUDA, the first GPU.
// Where there is none, its tests are skipped.
#include "backend/on_each_machine.hpp"

namespace cuvae::test {

std::vector<Machine> machines() {
  std::vector<Machine> all;
  for (const cpu::Target target : cpu::usable_targets()) all.push_back({target});
#ifdef CUVAE_HAS_CUDA
  all.push_back({std::nullopt});
#endif
  return all;
}

}  // namespace cuvae::test
