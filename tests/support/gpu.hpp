// Whether there is a GPU to test on.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "cuvae/device.hpp"

namespace cuvae::test {

// Why there is no GPU to test on; empty where there is one.
inline std::string why_no_gpu() {
  for (const DeviceInfo& info : list_devices()) {
    if (info.device.kind == Device::Kind::cuda) return info.available ? "" : info.why_not;
  }
  return "this build knows of none";
}

// A test that needs one, and is skipped where there is none.
class OnGpu : public testing::Test {
 protected:
  void SetUp() override {
    if (const std::string why = why_no_gpu(); !why.empty()) GTEST_SKIP() << "no GPU: " << why;
  }
};

}  // namespace cuvae::test
