// What is said of a reproduction, without the days of training it.
#include "src/cli/reproduction.hpp"

#include <gtest/gtest.h>

namespace cuvae::cli {
namespace {

constexpr std::int64_t kStepsPerEpoch = 2980;

// A run on MNIST, of so many epochs and steps, evaluated as published.
Reproduction run_of(const char* name, std::int64_t epochs, double nll, std::int64_t steps = 0) {
  const Preset& preset = find_preset(name);
  Reproduction run{preset, {"", epochs * kStepsPerEpoch + steps, kStepsPerEpoch}};
  run.result.samples = preset.samples;
  run.result.iwae.value = -nll;
  return run;
}

void expect_in(const std::string& text, std::initializer_list<const char*> parts) {
  for (const char* part : parts)
    EXPECT_NE(text.find(part), std::string::npos) << part << " is not in\n" << text;
}

TEST(Reproduction, IsMetWithinTheToleranceAndMissedBeyond) {
  const Reproduction near = run_of("iwae-mnist-l1-k50", 3280, 85.07);
  EXPECT_EQ(near.verdict(), "0.30: met");
  expect_in(near.as_json(), {R"("tolerance":0.3,"met":true,"verdict":"0.30: met")", R"("as_published":true)",
                             R"("epochs":3280.0,)", R"("schedule":"as published: 3280 epochs")"});
  expect_in(near.as_table(), {"tolerance     0.30: met\n"});
  EXPECT_EQ(run_of("iwae-mnist-l1-k50", 3280, 84.49).is_met(), true);
  const Reproduction far = run_of("iwae-mnist-l1-k50", 3280, 85.20);
  EXPECT_EQ(far.verdict(), "0.30: missed by 0.12");
  expect_in(far.as_json(), {R"("tolerance":0.3,"met":false,)"});
  EXPECT_EQ(run_of("iwae-mnist-l1-k50", 3280, 84.40).is_met(), false) << "better is another result too";
}

// Whatever flags led to it.
TEST(Reproduction, IsJudgedByWhatWasRun) {
  const auto schedule = [](std::int64_t epochs, std::int64_t steps, const std::string& scale) {
    Reproduction run = run_of("iwae-mnist-l1-k50", epochs, 84.78, steps);
    run.trained.scale = scale;
    const bool whole = run.is_whole();
    EXPECT_EQ(run.is_met().has_value(), whole);
    EXPECT_EQ(run.verdict() == "not judged: the schedule was not run as published", !whole);
    return run.schedule();
  };
  EXPECT_EQ(schedule(3280, 0, ""), "as published: 3280 epochs");
  EXPECT_EQ(schedule(3280, 0, "1"), "as published: 3280 epochs");
  EXPECT_EQ(schedule(40, 0, ""), "the first 40 epochs of 3280");
  EXPECT_EQ(schedule(40, 1, ""), "the first 40 epochs and 1 step of 3280");
  EXPECT_EQ(schedule(1, 0, ""), "the first 1 epoch of 3280");
  EXPECT_EQ(schedule(3280, 2, ""), "3280 epochs and 2 steps in place of 3280");
  EXPECT_EQ(schedule(5000, 0, ""), "5000 epochs in place of 3280");
  EXPECT_EQ(schedule(33, 0, "1/100"), "shortened to 1/100: 33 epochs in place of 3280");
  EXPECT_EQ(schedule(3280, 0, "1/100"), "shortened to 1/100: 3280 epochs in place of 3280");
}

// The VampPrior's recipe says itself when to stop.
TEST(Reproduction, IsWholeWhereItsRecipeStopsEarly) {
  Reproduction run = run_of("vamp-mnist", 812, 85.57);
  EXPECT_FALSE(run.is_whole());
  run.trained.stopped_early = true;
  EXPECT_TRUE(run.is_whole());
  EXPECT_EQ(run.schedule(), "as published: 812 epochs of 2000, where it stopped early by its own rule");
  run.trained.scale = "1/10";
  EXPECT_FALSE(run.is_whole()) << "by another rule";
  EXPECT_EQ(run.schedule(),
            "shortened to 1/10: 812 epochs in place of 2000, where it stopped early by its own rule");
}

TEST(Reproduction, SaysWhyThereIsNoTolerance) {
  for (const char* name : {"iwae-mnist-l1-k1", "vae-mnist-l2-k1"})
    EXPECT_EQ(run_of(name, 3280, 86).verdict(), "none: honest replications of this one scatter too far");
  for (const char* name : {"iwae-mnist-l1-k5", "vae-mnist-l1-k50"})
    EXPECT_EQ(run_of(name, 3280, 86).verdict(), "none is stated for this number");
  EXPECT_EQ(run_of("pythae-vae-mnist", 500, 86).verdict(), "none is stated for this number");
  expect_in(run_of("iwae-mnist-l1-k1", 3280, 86.76).as_json(), {R"("tolerance":null,"met":null,)"});
}

TEST(Reproduction, IsNotJudgedOnOtherDataOrByAnotherEstimate) {
  Reproduction run = run_of("iwae-mnist-l1-k50", 3280, 84.78);
  run.result.samples = 100;
  EXPECT_EQ(run.verdict(), "not judged: published is -L_5000");
  run.on_published_data = false;
  EXPECT_EQ(run.verdict(), "not judged: this is not MNIST");
  expect_in(run.as_json(), {R"("published_data":false)", R"("tolerance":0.3,"met":null,)"});
}

}  // namespace
}  // namespace cuvae::cli
