// Two runs never share a folder, and a run takes nothing away that is not its own.
#include <signal.h>

#include <chrono>
#include <set>
#include <thread>

#include "cli/cuvae.hpp"

namespace cuvae::test {
namespace {

class SharedFolder : public CliTest {
 protected:
  // `train ... --out run`, in the background until it is told to end.
  class Running {
   public:
    explicit Running(const SharedFolder& test) : test_(test) {
      const Words command{"sh",
                          "-c",
                          "echo $$ > pid; exec \"$0\" \"$@\"",
                          cuvae_binary(),
                          "train",
                          "builtin:shapes:512",
                          "--out",
                          "run",
                          "--hidden",
                          "8",
                          "--latent",
                          "3",
                          "--batch",
                          "16",
                          "--epochs",
                          "100000",
                          "--threads",
                          "1"};
      runner_ = std::thread([this, command] { result_ = run_command(command, {test_.at(".")}); });
      for (int i = 0; i < 6000 && !std::filesystem::exists(test_.at("run/state.safetensors")); ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    CommandResult stop() {
      kill(static_cast<pid_t>(std::stol(test_.text("pid"))), SIGTERM);
      runner_.join();
      return result_;
    }

   private:
    const SharedFolder& test_;
    std::thread runner_;
    CommandResult result_;
  };
};

TEST_F(SharedFolder, IsRefusedWhileARunIsInIt) {
  Running first(*this);
  const CommandResult resume = train("run", {"--resume"});
  const CommandResult stopped = first.stop();
  expect_refusal(resume, 2, {"run", "another process"});
  EXPECT_EQ(stopped.exit_code, 75) << stopped.err;
  EXPECT_TRUE(std::filesystem::exists(at("run/model.safetensors")));
}

TEST_F(SharedFolder, IsNotChosenByTwoRunsOfTheSameSecond) {
  std::vector<std::thread> runs;
  std::vector<CommandResult> results(4);
  for (CommandResult& result : results) {
    runs.emplace_back([&] {
      result = cuvae({"train", "builtin:shapes:64", "--hidden", "none", "--latent", "1", "--epochs", "1",
                      "--threads", "1"});
    });
  }
  for (std::thread& run : runs) run.join();
  for (const CommandResult& result : results) EXPECT_EQ(result.exit_code, 0) << result.err;
  std::set<std::filesystem::path> folders;
  for (const auto& entry : std::filesystem::directory_iterator(at("runs"))) folders.insert(entry.path());
  EXPECT_EQ(folders.size(), results.size());
}

}  // namespace
}  // namespace cuvae::test
