#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "support/run_command.hpp"
#include "support/test_data.hpp"

namespace cuvae::test {

// Tests of the files that a script of tests/data writes with numpy; skipped where numpy is not here.
class NumpyTest : public testing::Test {
 protected:
  static void write_files(const std::string& script) {  // for SetUpTestSuite()
    folder_ = std::make_unique<TempDir>();
    for (const char* python : {"/usr/bin/python3", "python3"}) {  // Debian's has Debian's numpy
      if (!std::filesystem::exists(python) && std::string_view(python).starts_with('/')) continue;
      const CommandResult result =
          run_command({python, CUVAE_REPOSITORY "/tests/data/" + script, folder_->path.string()});
      if (result.exit_code == 0) return;
      problem_ = result.err;
    }
    folder_.reset();
  }
  static void TearDownTestSuite() { folder_.reset(); }
  void SetUp() override {
    if (folder_) return;
    ASSERT_NE(problem_.find("No module named 'numpy'"), std::string::npos) << problem_;
    GTEST_SKIP() << "numpy is not here: apt-get install python3-numpy";
  }
  [[nodiscard]] static std::string path(const std::string& name) { return (folder_->path / name).string(); }

  static inline std::unique_ptr<TempDir> folder_;
  static inline std::string problem_;
};

}  // namespace cuvae::test
