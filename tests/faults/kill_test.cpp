// A run that is killed at any moment, again and again, and resumed: to the last bit the run that nobody
// stopped.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <optional>
#include <random>
#include <thread>

#include "src/cli/checkpoints.hpp"
#include "src/io/safetensors.hpp"
#include "src/train/checkpoint.hpp"
#include "support/run_command.hpp"
#include "support/test_data.hpp"

namespace cuvae::test {
namespace {

namespace fs = std::filesystem;
using cli::RunDirectory;
using std::chrono::microseconds;

constexpr int kEpochs = 6;

int kills_wanted() {
  const char* chosen = std::getenv("CUVAE_KILLS");
  return chosen != nullptr ? std::atoi(chosen) : kQuickTests ? 5 : 50;
}

// A process that may be killed before its end.
class Process {
 public:
  explicit Process(std::vector<std::string> command) {
    std::vector<char*> words;
    for (std::string& word : command) words.push_back(word.data());
    words.push_back(nullptr);
    pid_ = ::fork();
    if (pid_ != 0) return;
    const int nowhere = ::open("/dev/null", O_RDWR);
    for (const int stream : {0, 1, 2}) ::dup2(nowhere, stream);
    ::execv(words[0], words.data());
    ::_exit(127);
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  void kill() const { ::kill(pid_, SIGKILL); }
  // Its exit code; none where it was killed in time.
  [[nodiscard]] std::optional<int> wait() const {
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) ? std::optional(WEXITSTATUS(status)) : std::nullopt;
  }

 private:
  pid_t pid_ = 0;
};

// What is behind the header: every tensor.
std::string values_in(const fs::path& checkpoint) {
  const std::string bytes = read_file(checkpoint);
  return bytes.substr(io::read_header(std::as_bytes(std::span(bytes)), checkpoint).data_offset);
}

class Kills : public testing::Test {
 protected:
  [[nodiscard]] std::vector<std::string> command(const fs::path& out) const {
    return {CUVAE_BINARY,
            "train",
            "builtin:shapes:256",
            "--hidden",
            "4",
            "--latent",
            "2",
            "--batch",
            "16",
            "--epochs",
            std::to_string(kEpochs),
            "--save-every",
            "1",
            "--threads",
            "1",
            "--device",
            "cpu",
            "--validation-fraction",
            "0.2",
            "--out",
            out.string(),
            "--resume"};
  }
  [[nodiscard]] fs::path at(const std::string& name) const { return folder_.path / name; }

  // 0 before the first state. Throws where any checkpoint that is there is flawed.
  static std::int64_t saved_step(const fs::path& run) {
    for (const char* name : {RunDirectory::kModel, RunDirectory::kBest, RunDirectory::kPreviousState}) {
      if (fs::exists(run / name)) static_cast<void>(train::read_model((run / name).string()));
    }
    if (!fs::exists(run / RunDirectory::kState)) return 0;
    return train::read_state((run / RunDirectory::kState).string()).run.step;
  }

  // Runs until a kill after the pause, or to its end without one: then its exit code. No step is lost that
  // was there.
  std::optional<int> part_of(const fs::path& run, std::optional<microseconds> pause) const {
    const std::int64_t before = saved_step(run);
    const Process process(command(run));
    std::int64_t seen = before;
    if (pause) {
      std::this_thread::sleep_for(*pause);
      seen = saved_step(run);
      process.kill();
    }
    const std::optional<int> code = process.wait();
    EXPECT_GE(seen, before);
    EXPECT_GE(saved_step(run), seen);
    return code;
  }

  TempDir folder_;
};

TEST_F(Kills, ChangeNoBit) {
  const auto begin = std::chrono::steady_clock::now();
  const fs::path whole = at("whole");
  ASSERT_EQ(run_command(command(whole)).exit_code, 0);
  const auto length = std::chrono::duration_cast<microseconds>(std::chrono::steady_clock::now() - begin);
  const auto seed = std::random_device()();
  std::cout << "seed " << seed << "\n";
  std::mt19937 random(seed);
  std::uniform_int_distribution<std::int64_t> pauses(0, length.count() / 4);
  const int wanted = kills_wanted();
  int killed = 0, finished = 0;
  for (fs::path run = at("run0"); killed < wanted || finished == 0;
       run = at("run" + std::to_string(finished))) {
    std::optional<int> code;
    while (!code) {
      SCOPED_TRACE(run.string() + " after " + std::to_string(killed) + " kills");
      ASSERT_NO_THROW(
          code = part_of(run, killed < wanted ? std::optional(microseconds(pauses(random))) : std::nullopt));
      killed += !code;
    }
    ASSERT_EQ(code, 0);
    for (const char* name : {RunDirectory::kModel, RunDirectory::kBest, RunDirectory::kState})
      EXPECT_TRUE(values_in(run / name) == values_in(whole / name)) << run / name;
    const std::string lines = read_file(run / RunDirectory::kMetrics);
    EXPECT_EQ(std::ranges::count(lines, '\n'), kEpochs);
    for (const auto& entry : fs::directory_iterator(run))
      EXPECT_EQ(entry.path().string().find(".tmp-"), std::string::npos);
    ++finished;
  }
  std::cout << killed << " kills in " << finished << " runs\n";
}

}  // namespace
}  // namespace cuvae::test
