// Tests that run on every backend there is (machines.cpp), and on the GPU that is the host (tests/engine).
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "src/cpu/cpu.hpp"
#include "support/gpu.hpp"

namespace cuvae::test {

struct Machine {
  std::optional<cpu::Target> target;  // none: the GPU

  [[nodiscard]] bool is_gpu() const { return !target.has_value(); }
  [[nodiscard]] std::string name() const { return is_gpu() ? "Gpu" : cpu::name(*target); }
};

// For the names of tests.
inline void PrintTo(const Machine& machine, std::ostream* out) { *out << machine.name(); }
inline std::string machine_name(const testing::TestParamInfo<Machine>& info) { return info.param.name(); }

// Those of the executable that the tests are linked into.
[[nodiscard]] std::vector<Machine> machines();

class OnEachMachine : public testing::TestWithParam<Machine> {
 protected:
  void SetUp() override {
    if (!GetParam().is_gpu()) return;
    if (const std::string why = why_no_gpu(); !why.empty()) GTEST_SKIP() << "no GPU: " << why;
  }

  [[nodiscard]] static bool on_gpu() { return GetParam().is_gpu(); }
  [[nodiscard]] static std::unique_ptr<Backend> backend(int threads = 1,
                                                        Products products = Products::fastest) {
    if (on_gpu()) return make_backend(Device::cuda(), {.products = products});
    return cpu::make_backend(threads, products, *GetParam().target);
  }
  // Of a number that one machine sums in double, and another partly in float.
  [[nodiscard]] static double rounding_of_sums() { return on_gpu() ? 2e-6 : 0; }
};

}  // namespace cuvae::test
