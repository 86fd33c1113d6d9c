// The CPU backend: the reference, and the default where there is no GPU.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "src/backend/backend.hpp"

namespace cuvae::cpu {

// The compilations of cpu_backend.cpp.
enum class Target { baseline, avx2 };

[[nodiscard]] const char* name(Target target);
// Those this processor can run, best first.
[[nodiscard]] std::vector<Target> usable_targets();

// threads 0: one per core this process may use.
[[nodiscard]] std::unique_ptr<Backend> make_backend(int threads, Products products = Products::fastest,
                                                    Target target = usable_targets().front());

[[nodiscard]] DeviceInfo describe();

}  // namespace cuvae::cpu
