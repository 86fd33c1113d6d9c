#include "bench/kernels/commit.hpp"

#include "built_commit.hpp"  // written by the build

namespace cuvae::bench {

std::string commit() { return CUVAE_COMMIT; }

}  // namespace cuvae::bench
