// Every system call of a save fails once in each way, or is the last before a kill: no checkpoint is lost.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <iostream>
#include <map>

#include "cuvae/error.hpp"
#include "faults/file_calls.hpp"
#include "faults/saved_run.hpp"
#include "src/io/atomic_file.hpp"
#include "support/test_data.hpp"

namespace cuvae::test {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kOlder = 10, kOld = 20, kNew = 30;  // steps
constexpr int kSaved = 0, kFailed = 3, kKilled = 128 + 9;

struct Ending {
  int code;
  std::string message;
};

const std::vector<int>& errors_of(const std::string& call) {
  static const std::map<std::string, std::vector<int>> errors{{"open", {EIO, ENOSPC, EMFILE, EINTR}},
                                                              {"write", {EIO, ENOSPC, EINTR}},
                                                              {"fsync", {EIO, ENOSPC, EINTR}},
                                                              {"close", {EIO, ENOSPC, EINTR}},
                                                              {"rename", {EIO, ENOSPC, EINTR}},
                                                              {"link", {EIO, EPERM, EMLINK, EINTR}},
                                                              {"unlink", {EIO}}};
  return errors.at(call);
}

std::vector<Injection> injections_into(const std::vector<FileCall>& calls) {
  std::vector<Injection> all;
  for (std::size_t i = 0; i < calls.size(); ++i) {
    for (const int error : errors_of(calls[i].name)) all.push_back({i, Fault::error, error});
    if (calls[i].name == "write") all.push_back({i, Fault::short_write});
    all.push_back({i, Fault::kill_before});
    all.push_back({i, Fault::kill_after});
  }
  return all;
}

bool is_temporary(const fs::path& path) {
  return path.filename().string().find(".tmp-") != std::string::npos;
}

class FaultInjection : public testing::Test {
 protected:
  FaultInjection() {
    fs::create_directory(run_);
    save_checkpoint(run_, kOlder);
    save_checkpoint(run_, kOld);
    for (const auto& entry : fs::directory_iterator(run_)) before_[entry.path()] = read_file(entry.path());
    watch_calls(run_);
    save_checkpoint(run_, kNew);
    calls_ = calls_seen();
    watch_calls({});
  }

  void put_back() const {
    for (const auto& entry : fs::directory_iterator(run_)) fs::remove(entry);
    for (const auto& [path, bytes] : before_) write_file(path, bytes);
  }

  // In a process of its own.
  Ending save_with(const Injection& injection) const {
    const fs::path message = folder_.path / "message";
    const pid_t child = ::fork();
    if (child == 0) {
      watch_calls(run_, injection);
      try {
        save_checkpoint(run_, kNew);
      } catch (const Error& error) {
        watch_calls({});
        write_file(message, error.what());
        ::_exit(error.code() == Errc::io ? kFailed : 1);
      }
      ::_exit(kSaved);
    }
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    const int code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    return {code, code == kFailed ? read_file(message) : ""};
  }

  [[nodiscard]] std::string text_of(const Injection& injection) const {
    const FileCall& call = calls_[injection.call];
    const std::map<Fault, std::string> faults{{Fault::error, "errno " + std::to_string(injection.error)},
                                              {Fault::short_write, "short"},
                                              {Fault::kill_before, "killed before"},
                                              {Fault::kill_after, "killed after"}};
    return "call " + std::to_string(injection.call) + ", " + call.name + " of " + call.path.string() + ": " +
           faults.at(injection.fault);
  }

  // What the save may say about it.
  [[nodiscard]] int code_of(const Injection& injection) const {
    const FileCall& call = calls_[injection.call];
    if (injection.fault == Fault::kill_before || injection.fault == Fault::kill_after) return kKilled;
    if (injection.fault == Fault::short_write || injection.error == EINTR) return kSaved;
    const bool closes_folder = call.name == "close" && call.path == run_;
    // Without a second name for it, the old state is copied; what cannot be removed is swept at the next
    // start.
    if (call.name == "link" || call.name == "unlink" || closes_folder) return kSaved;
    return kFailed;
  }

  void check(const Injection& injection, const Ending& ending) const {
    const FileCall& call = calls_[injection.call];
    EXPECT_EQ(ending.code, code_of(injection)) << ending.message;
    if (ending.code == kFailed) {
      const std::string file = call.path.string();  // the message names what it was to become
      const fs::path target = file.substr(0, file.find(".tmp-"));
      EXPECT_NE(ending.message.find(target.string()), std::string::npos) << ending.message;
      EXPECT_NE(ending.message.find('(' + call.name), std::string::npos) << ending.message;
      const char* mend = injection.error == ENOSPC ? "Free space" : "another place";
      EXPECT_NE(ending.message.find(mend), std::string::npos) << ending.message;
    }
    if (ending.code == kKilled || call.name == "unlink")
      io::remove_stale_temporaries(run_);  // the next start
    for (const auto& entry : fs::directory_iterator(run_)) EXPECT_FALSE(is_temporary(entry)) << entry;

    const std::int64_t model = step_of_model(run_ / "model.safetensors");
    const std::int64_t state = step_of_state(run_ / "state.safetensors");
    const std::int64_t previous = step_of_state(run_ / "state.previous.safetensors");
    EXPECT_EQ(step_to_resume(run_), state);
    EXPECT_TRUE(model == kOld || model == kNew) << model;
    EXPECT_TRUE(state == kOld || state == kNew) << state;
    EXPECT_EQ(previous, state == kNew ? kOld : previous) << "the state before the new one is lost";
    EXPECT_TRUE(previous == kOld || previous == kOlder) << previous;
    if (ending.code == kSaved) {
      EXPECT_EQ(state, kNew);
      EXPECT_EQ(model, kNew);
    }
  }

  TempDir folder_;
  fs::path run_ = fs::canonical(folder_.path) / "run";
  std::map<fs::path, std::string> before_;
  std::vector<FileCall> calls_;  // of a save that goes well
};

TEST_F(FaultInjection, NoCheckpointIsLost) {
  const std::vector<Injection> injections = injections_into(calls_);
  EXPECT_GE(injections.size(), 300u);
  const std::size_t stride = kQuickTests ? 7 : 1;  // a process with sanitizers takes long to fork
  std::map<int, int> endings;
  for (std::size_t i = 0; i < injections.size(); i += stride) {
    const Injection& injection = injections[i];
    SCOPED_TRACE(text_of(injection));
    put_back();
    const Ending ending = save_with(injection);
    ASSERT_NO_THROW(check(injection, ending));
    ++endings[ending.code];
    save_checkpoint(run_, kNew + 1);  // and the run goes on
    EXPECT_EQ(step_to_resume(run_), kNew + 1);
    EXPECT_EQ(std::distance(fs::directory_iterator(run_), {}), 3);
    if (HasFailure()) break;
  }
  std::cout << (injections.size() + stride - 1) / stride << " injections: " << endings[kSaved]
            << " saved all the same, " << endings[kFailed] << " told so, " << endings[kKilled]
            << " were killed\n";
}

// What the test above cannot show: nothing takes the place of another file before it is on the disk.
TEST_F(FaultInjection, TheOrderOfCalls) {
  std::vector<std::string> order;
  for (const FileCall& call : calls_) {
    const std::string name = call.path == run_ ? "folder" : call.path.filename().string();
    const std::string text = call.name + " " + (is_temporary(name) ? name.substr(0, name.find("-")) : name);
    if (order.empty() || order.back() != text) order.push_back(text);  // of several writes one
  }
  const std::string model = "model.safetensors", state = "state.safetensors";
  const std::string previous = "state.previous.safetensors";
  const std::vector<std::string> expected{"open " + model + ".tmp",
                                          "write " + model + ".tmp",
                                          "fsync " + model + ".tmp",
                                          "close " + model + ".tmp",
                                          "rename " + model,
                                          "open folder",
                                          "fsync folder",
                                          "close folder",
                                          "open " + state + ".tmp",
                                          "write " + state + ".tmp",
                                          "fsync " + state + ".tmp",
                                          "close " + state + ".tmp",
                                          "unlink " + previous + ".tmp",
                                          "link " + previous + ".tmp",
                                          "rename " + previous,
                                          "unlink " + previous + ".tmp",
                                          "rename " + state,
                                          "open folder",
                                          "fsync folder",
                                          "close folder"};
  EXPECT_EQ(order, expected);
}

}  // namespace
}  // namespace cuvae::test
