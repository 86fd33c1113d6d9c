// Stopping anywhere and resuming gives the weights of a run that was never stopped, to the bit.
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "cli/cuvae.hpp"
#include "src/io/json_line.hpp"

namespace cuvae::test {
namespace {

class Resume : public CliTest {
 protected:
  // Runs `train(out, more)` until it has saved a state, then sends the signals; its exit code.
  // `first` is what the shell does before.
  int interrupted(const std::string& out, const Words& more, const std::vector<int>& signals,
                  const std::string& first = "") const {
    int code = -1;
    const std::string pid_file = at("pid").string();
    const std::string script = first + "echo $$ > '" + pid_file + ".new'; mv '" + pid_file + ".new' '" +
                               pid_file + "'; exec \"$0\" \"$@\"";
    const Words command =
        Words{"sh", "-c", script, cuvae_binary(), "train", "builtin:shapes:512", "--out", out} + more;
    std::thread runner([&] { code = run_command(command, {at(".")}).exit_code; });
    wait_for(at(out) / "state.safetensors");
    for (const int signal : signals) kill(static_cast<pid_t>(std::stol(read_file(pid_file))), signal);
    runner.join();
    return code;
  }

 private:
  static void wait_for(const std::filesystem::path& path) {
    for (int i = 0; i < 6000 && !std::filesystem::exists(path); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }
};

TEST_F(Resume, AfterAnyStepGivesTheSameBits) {
  const Words settings{"--validation-fraction", "0.1", "--lr-schedule", "1:0.5"};
  trained("whole", settings);
  const auto expected = weights("whole/state.safetensors");
  for (const char* steps : {"1", "5", "8", "9", "15"}) {
    const std::string out = std::string("part") + steps;
    trained(out, settings + Words{"--max-steps", steps});
    EXPECT_NE(weights(out + "/model.safetensors"), expected);
    trained(out, settings + Words{"--resume"});
    EXPECT_EQ(weights(out + "/model.safetensors"), expected) << steps;
    EXPECT_EQ(weights(out + "/state.safetensors"), expected) << steps;
    EXPECT_EQ(weights(out + "/best.safetensors"), weights("whole/best.safetensors")) << steps;
  }
}

// A part of an epoch gets its line, until the whole of it has one.
TEST_F(Resume, LeavesOneLineOfMetricsPerEpoch) {
  trained("run", {"--max-steps", "11"});
  EXPECT_EQ(std::ranges::count(text("run/metrics.jsonl"), '\n'), 2);
  write_file(at("run/metrics.jsonl"), text("run/metrics.jsonl") + "{\"epoch\":2,\"ste");
  trained("run", {"--resume"});
  const std::string metrics = text("run/metrics.jsonl");
  ASSERT_EQ(std::ranges::count(metrics, '\n'), 2) << metrics;
  EXPECT_EQ(io::integer_field(metrics.substr(0, metrics.find('\n')), "step"), 8);
  EXPECT_EQ(io::integer_field(metrics.substr(metrics.find('\n') + 1), "step"), 16);
}

TEST_F(Resume, NeverEmptiesMetricsThatItCannotRead) {
  trained("run", {"--max-steps", "11"});
  std::filesystem::remove(at("run/metrics.jsonl"));
  std::filesystem::create_directory(at("run/metrics.jsonl"));
  const CommandResult result = train("run", {"--resume"});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_NE(result.err.find("metrics.jsonl"), std::string::npos) << result.err;
}

// `train | head -1`: the reader is gone, the run is not lost.
TEST_F(Resume, WhatAReaderLeftHalfWayIsSaved) {
  const std::string script = "(\"$0\" \"$@\"; echo $? > code) | head -1 > /dev/null";
  const Words command{"sh",        "-c",
                      script,      cuvae_binary(),
                      "train",     "builtin:shapes:512",
                      "--out",     "run",
                      "--hidden",  "8",
                      "--latent",  "3",
                      "--batch",   "16",
                      "--epochs",  "200",
                      "--threads", "1"};
  ASSERT_EQ(run_command(command, {at(".")}).exit_code, 0);
  EXPECT_EQ(text("code"), "3\n");
  EXPECT_TRUE(std::filesystem::exists(at("run/state.safetensors")));
}

TEST_F(Resume, StartsAfreshWhereThereIsNothing) {
  const CommandResult result = train("run", {"--resume"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_NE(result.out.find("nothing to resume"), std::string::npos);
  expect_refusal(cuvae({"train", "--resume"}), 2, {"--out"});
}

TEST_F(Resume, RefusesAnotherConfigurationOrOtherData) {
  trained("run", {"--max-steps", "3"});
  const std::string state = text("run/state.safetensors"), config = text("run/config.toml");
  expect_refusal(train("run", {"--resume", "--latent", "4"}), 3, {"state.safetensors", "latent"});
  expect_refusal(train("run", {"--resume", "--lr", "0.5"}), 3, {"state.safetensors", "lr"});
  expect_refusal(train("run", {"builtin:shapes:511", "--resume"}), 2, {"stands alone"});
  const Words other{
      "train", "builtin:shapes:500", "--out", "run",     "--hidden", "8", "--latent", "3", "--batch",
      "64",    "--epochs",           "2",     "--resume"};
  expect_refusal(cuvae(other), 3, {"builtin:shapes:500"});
  EXPECT_EQ(text("run/state.safetensors"), state);
  EXPECT_EQ(text("run/config.toml"), config);
}

TEST_F(Resume, ASignalSavesAndTheRestFollows) {
  const Words settings{"--hidden", "8", "--latent", "3", "--batch", "16", "--epochs", "15", "--threads", "1"};
  ASSERT_EQ(interrupted("run", settings + Words{"--save-every", "5"}, {SIGTERM}), 75);
  for (const std::string& name : files()) EXPECT_EQ(name.find(".tmp"), std::string::npos) << name;
  const Words command = Words{"train", "builtin:shapes:512"} + settings;
  const CommandResult resumed = cuvae(command + Words{"--out", "run", "--resume"});
  ASSERT_EQ(resumed.exit_code, 0) << resumed.err;
  EXPECT_NE(resumed.out.find("resuming after step"), std::string::npos) << resumed.out;
  const CommandResult whole = cuvae(command + Words{"--out", "whole"});
  ASSERT_EQ(whole.exit_code, 0) << whole.err;
  EXPECT_EQ(weights("run/model.safetensors"), weights("whole/model.safetensors"));
}

TEST_F(Resume, AClosedTerminalSavesUnlessItIsIgnored) {
  const Words settings{"--hidden",     "8", "--latent", "3",  "--batch",   "16",
                       "--save-every", "5", "--epochs", "15", "--threads", "1"};
  EXPECT_EQ(interrupted("closed", settings, {SIGHUP}), 75);
  EXPECT_EQ(interrupted("ignored", settings, {SIGHUP}, "trap '' HUP; "), 0);
}

}  // namespace
}  // namespace cuvae::test
