// Every system call of a save fails once, or is the last before a kill: the old file or the new one is there.
#include <gtest/gtest.h>

#include <filesystem>

#include "src/io/atomic_file.hpp"
#include "src/io/safetensors.hpp"
#include "support/run_command.hpp"
#include "support/test_data.hpp"

namespace cuvae::test {
namespace {

namespace fs = std::filesystem;

constexpr int kKilled = 128 + 9;

class FaultInjection : public testing::Test {
 protected:
  void SetUp() override {
#ifdef __SANITIZE_THREAD__
    GTEST_SKIP() << "ThreadSanitizer makes calls of its own, which would be counted";
#endif
    try {
      const CommandResult tried = traced("write:error=EIO:when=9999", {"true"});
      if (tried.exit_code != 0) GTEST_SKIP() << "strace may not trace here: " << tried.err;
    } catch (const std::system_error&) {
      GTEST_SKIP() << "no strace: apt-get install strace";
    }
    ASSERT_EQ(run_command({CUVAE_SAVE_OVER, path_.string(), "1"}).exit_code, 0);
    old_ = read_file(path_);
    ASSERT_EQ(run_command({CUVAE_SAVE_OVER, path_.string(), "2"}).exit_code, 0);
    new_ = read_file(path_);
    ASSERT_NE(old_, new_);
  }

  static CommandResult traced(const std::string& fault, const std::vector<std::string>& command) {
    const std::string calls = fault.substr(0, fault.find(':'));
    std::vector<std::string> args{"strace",         "-o", "/dev/null",      "-e",
                                  "trace=" + calls, "-e", "inject=" + fault};
    args.insert(args.end(), command.begin(), command.end());
    return run_command(args, {.environment = {"ASAN_OPTIONS=detect_leaks=0"}});  // which needs ptrace itself
  }

  // Saves over the old file while one call fails, and checks what is there afterwards.
  int save_with(const std::string& fault) {
    SCOPED_TRACE(fault);
    write_file(path_, old_);
    const CommandResult result = traced(fault, {CUVAE_SAVE_OVER, path_.string(), "2"});
    if (result.exit_code == kKilled) io::remove_stale_temporaries(folder_.path);
    EXPECT_EQ(std::distance(fs::directory_iterator(folder_.path), fs::directory_iterator()), 1);
    const std::string now = read_file(path_);
    if (result.exit_code == 0) {
      EXPECT_TRUE(now == new_);
    } else {
      EXPECT_TRUE(now == old_ || now == new_);
    }
    if (result.exit_code == 3) {
      EXPECT_NE(result.err.find(path_.string()), std::string::npos) << result.err;
      messages_ += result.err;
    }
    return result.exit_code;
  }

  TempDir folder_;
  fs::path path_ = folder_.path / "state.safetensors";
  std::string old_, new_, messages_;
};

TEST_F(FaultInjection, ACallThatFails) {
  int failures = 0;
  for (const char* call : {"write", "fsync", "/^rename"}) {
    for (const char* error : {"ENOSPC", "EIO"}) {
      for (int n = 1; n <= 3; ++n) {
        const int code = save_with(std::string(call) + ":error=" + error + ":when=" + std::to_string(n));
        EXPECT_TRUE(code == 0 || code == 3) << code;
        failures += code == 3;
      }
    }
  }
  EXPECT_EQ(failures, 2 * (3 + 2 + 1));  // of at least three writes, two fsyncs and one rename
  for (const char* part : {"No space left on device (write)", "Input/output error (fsync)", "(rename)",
                           "(fsync of its folder)", "Free space, or choose another place"}) {
    EXPECT_NE(messages_.find(part), std::string::npos) << part;
  }
}

TEST_F(FaultInjection, TheOldFileIsThereUntilTheRename) {
  for (const char* fault : {"write:error=ENOSPC:when=1", "write:error=EIO:when=3", "fsync:error=EIO:when=1",
                            "/^rename:error=EIO:when=1"}) {
    EXPECT_EQ(save_with(fault), 3);
    EXPECT_TRUE(read_file(path_) == old_) << fault;
  }
}

TEST_F(FaultInjection, AnInterruptedCallIsRepeated) {
  for (const char* fault :
       {"write:error=EINTR:when=2+2", "fsync:error=EINTR:when=1", "fsync:error=EINTR:when=2"}) {
    EXPECT_EQ(save_with(fault), 0);
  }
}

TEST_F(FaultInjection, AKill) {
  for (const char* fault : {"write:signal=KILL:when=1", "write:signal=KILL:when=2",
                            "write:signal=KILL:when=6", "fsync:signal=KILL:when=1"}) {
    EXPECT_EQ(save_with(fault), kKilled);
    EXPECT_TRUE(read_file(path_) == old_) << fault;
  }
  EXPECT_EQ(save_with("/^rename:signal=KILL:when=1"), kKilled);
  EXPECT_EQ(save_with("fsync:signal=KILL:when=2"), kKilled);
  EXPECT_TRUE(read_file(path_) == new_);
}

}  // namespace
}  // namespace cuvae::test
