// Tests that run on every compilation of the CPU loops that this processor can run.
#pragma once

#include <gtest/gtest.h>

#include <ostream>
#include <string>

#include "src/cpu/cpu.hpp"

namespace cuvae::cpu {

// For the names of tests.
inline void PrintTo(Target target, std::ostream* out) { *out << name(target); }

}  // namespace cuvae::cpu

namespace cuvae::test {

class OnEachTarget : public testing::TestWithParam<cpu::Target> {
 protected:
  [[nodiscard]] static std::unique_ptr<Backend> backend(int threads = 1) {
    return cpu::make_backend(threads, Products::fastest, GetParam());
  }
};

inline std::string target_name(const testing::TestParamInfo<cpu::Target>& info) {
  return cpu::name(info.param);
}

}  // namespace cuvae::test
