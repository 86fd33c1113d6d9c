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

class StepBack : public Resume {
 protected:
  // Up to step 11; the state before that is of step 9.
  void half_way(const std::string& out, const Words& more = {}) const {
    std::filesystem::remove_all(at(out));
    trained(out, kSettings + more + Words{"--max-steps", "11"});
  }
  void change(const std::string& file, std::size_t place) const {
    std::string bytes = text(file);
    bytes.at(place) = static_cast<char>(bytes[place] ^ 0x10);
    write_file(at(file), bytes);
  }
  void expect_step_back(const std::string& flaw) const {
    const CommandResult result = train("run", kSettings + Words{"--resume"});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    for (const std::string& part : Words{"warning: cannot read 'run/state.safetensors': ", flaw,
                                         "state.previous.safetensors, after step 9\n"})
      EXPECT_NE(result.err.find(part), std::string::npos) << part << " is not in: " << result.err;
    EXPECT_NE(result.out.find("resuming after step 9\n"), std::string::npos) << result.out;
    for (const char* name : {"/model.safetensors", "/state.safetensors", "/best.safetensors"})
      EXPECT_EQ(weights(std::string("run") + name), weights(std::string("whole") + name)) << name;
  }
  const Words kSettings{"--save-every", "3", "--validation-fraction", "0.1"};
  const std::string state_ = "run/state.safetensors", previous_ = "run/state.previous.safetensors";
};

TEST_F(StepBack, ADamagedStateGivesWayToTheOneBefore) {
  trained("whole", kSettings);
  half_way("run");
  const std::size_t size = text(state_).size(), digits = text(state_).find("cuvae.checksum") + 20;
  for (const std::size_t place :
       {std::size_t{0}, std::size_t{8}, std::size_t{40}, digits, size / 2, size - 1}) {
    SCOPED_TRACE(place);
    half_way("run");
    change(state_, place);
    expect_step_back("");
  }
  half_way("run");
  change(state_, size - 1);
  expect_step_back("its checksum is not that of its bytes");
  half_way("run");
  std::filesystem::remove(at(state_));
  expect_step_back("No such file");
}

// The first save does not keep the damaged state in the place of the one that the run goes on from.
TEST_F(StepBack, TheStateBeforeStaysUntilThereIsANewOne) {
  half_way("run");
  const std::string previous = text(previous_);
  change(state_, 100);
  trained("run", kSettings + Words{"--resume", "--max-steps", "10"});
  EXPECT_EQ(text(previous_), previous);
  trained("run", kSettings + Words{"--resume", "--max-steps", "11"});
  change(state_, 100);
  const CommandResult again = train("run", kSettings + Words{"--resume"});
  EXPECT_NE(again.err.find("after step 10\n"), std::string::npos) << again.err;
}

TEST_F(StepBack, IsNotTakenFromASoundState) {
  half_way("other", {"--lr", "0.5"});
  half_way("run");
  const std::string other = text("other/state.safetensors"), previous = text(previous_);
  write_file(at(state_), other);
  expect_refusal(train("run", kSettings + Words{"--resume"}), 3, {state_, "lr"});
  EXPECT_EQ(text(state_), other);
  EXPECT_EQ(text(previous_), previous);
}

TEST_F(StepBack, IsNotTakenToAnotherRun) {
  half_way("other", {"--lr", "0.5"});
  half_way("run");
  change(state_, 100);
  write_file(at(previous_), text("other/state.safetensors"));
  const std::string damaged = text(state_), foreign = text(previous_);
  expect_refusal(train("run", kSettings + Words{"--resume"}), 3, {previous_, "lr"});
  EXPECT_EQ(text(state_), damaged);
  EXPECT_EQ(text(previous_), foreign);
}

TEST_F(StepBack, FromNothingSoundIsRefused) {
  half_way("run");
  change(state_, 100);
  change(previous_, 200);
  expect_refusal(train("run", kSettings + Words{"--resume"}), 3,
                 {"'run/state.safetensors'", "'" + previous_ + "'"});
}

TEST_F(StepBack, ADamagedModelNamesTheOthers) {
  half_way("run");
  change("run/model.safetensors", 100);
  change(previous_, 200);
  for (const Words& command : {Words{"info"}, Words{"eval"}}) {
    const CommandResult result = cuvae(command + Words{"run/model.safetensors"} +
                                       (command[0] == "eval" ? Words{"builtin:shapes:8"} : Words{}));
    expect_refusal(result, 3, {"damaged", "Sound beside it: run/best.safetensors, run/state.safetensors\n"});
  }
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
