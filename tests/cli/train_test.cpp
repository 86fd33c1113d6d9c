// What a run leaves behind, and that the same settings leave the same.
#include <algorithm>
#include <sstream>

#include "cli/cuvae.hpp"
#include "src/io/json_line.hpp"
#include "src/io/safetensors.hpp"

namespace cuvae::test {
namespace {

using Train = CliTest;

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

TEST_F(Train, LeavesEverythingInItsFolder) {
  trained("run");
  EXPECT_EQ(files(), (Words{"run", "run/config.toml", "run/curves.png", "run/metrics.jsonl",
                            "run/model.safetensors", "run/reconstructions.png", "run/samples.png",
                            "run/state.previous.safetensors", "run/state.safetensors"}));
  const std::vector<std::string> lines = lines_of(text("run/metrics.jsonl"));
  ASSERT_EQ(lines.size(), 2u);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    EXPECT_EQ(io::integer_field(lines[i], "epoch"), i + 1);
    EXPECT_EQ(io::integer_field(lines[i], "step"), 8 * (i + 1));
    for (const char* field :
         {"\"train\":{\"elbo\":", "\"objective\":", "\"learning_rate\":", "\"kl_weight\":",
          "\"active_units\":", "\"skipped_updates\":0", "\"rows_per_second\":", "\"seconds\":"}) {
      EXPECT_NE(lines[i].find(field), std::string::npos) << field;
    }
    EXPECT_EQ(lines[i].find("\"validation\""), std::string::npos);
  }
}

TEST_F(Train, WithValidationKeepsTheBestModel) {
  for (const Words& rows :
       {Words{"--validation", "builtin:shapes:64"}, Words{"--validation-fraction", "0.25"}}) {
    const CommandResult result = train(rows[0], rows);
    ASSERT_EQ(result.exit_code, 0) << result.err;
    EXPECT_NE(result.out.find("validation elbo"), std::string::npos) << result.out;
    EXPECT_TRUE(std::filesystem::exists(at(rows[0] + "/best.safetensors")));
    EXPECT_NE(text(rows[0] + "/metrics.jsonl").find("\"validation\":{\"elbo\":"), std::string::npos);
  }
}

TEST_F(Train, TheSameSeedGivesTheSameWeightsForAnyNumberOfThreads) {
  trained("one");
  trained("again");
  trained("two", {"--threads", "2"});
  trained("other", {"--seed", "1"});
  EXPECT_EQ(weights("one/model.safetensors"), weights("again/model.safetensors"));
  EXPECT_EQ(weights("one/model.safetensors"), weights("two/model.safetensors"));
  EXPECT_NE(weights("one/model.safetensors"), weights("other/model.safetensors"));
}

TEST_F(Train, ItsConfigFileRepeatsTheRun) {
  trained("one", {"--lr", "0.0123", "--lr-schedule", "1:0.5", "--optimizer", "sgd", "--seed",
                  "18446744073709551615"});
  const CommandResult result = cuvae({"train", "--config", "one/config.toml", "--out", "two"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(weights("one/model.safetensors"), weights("two/model.safetensors"));
  EXPECT_EQ(text("one/config.toml"), text("two/config.toml"));
}

TEST_F(Train, AnExistingRunIsNotOverwritten) {
  trained("run");
  const std::string state = text("run/state.safetensors"), metrics = text("run/metrics.jsonl");
  expect_refusal(train("run"), 2, {"run", "--resume", "--out"});
  std::filesystem::remove(at("run/state.safetensors"));
  expect_refusal(train("run"), 2, {"state.previous.safetensors", "--resume", "--out"});
  std::filesystem::remove(at("run/state.previous.safetensors"));
  expect_refusal(train("run", {"--resume"}), 2, {"model.safetensors", "--out"});
  EXPECT_EQ(text("run/metrics.jsonl"), metrics);
}

// So that one that is killed before its first epoch ends can be resumed.
TEST_F(Train, ARunSavesItsFirstStateAfterItsFirstStep) {
  trained("run", {"--max-steps", "2"});
  const auto first = io::SafetensorsFile::open(at("run/state.previous.safetensors"));
  EXPECT_EQ(first.metadata().at("steps"), "1");
}

TEST_F(Train, FilesWithTheNamesOfARunAreNotOverwritten) {
  std::filesystem::create_directory(at("run"));
  for (const char* name : {"config.toml", "metrics.jsonl", "samples.png"}) {
    write_file(at("run") / name, "mine");
    expect_refusal(train("run"), 2, {name, "--resume", "--out"});
    EXPECT_EQ(text(std::string("run/") + name), "mine");
    std::filesystem::remove(at("run") / name);
  }
  write_file(at("run/notes.txt"), "mine");
  trained("run");
  EXPECT_EQ(text("run/notes.txt"), "mine");
}

TEST_F(Train, SaysWhatIsNotUsual) {
  const auto said = [&](const Words& options) { return train("run", options + Words{"--dry-run"}).out; };
  const auto expect_said = [&](const Words& options, const std::string& part) {
    const std::string text = said(options);
    EXPECT_NE(text.find(part), std::string::npos) << part << " is not in\n" << text;
  };
  EXPECT_EQ(said({}).find("prior"), std::string::npos);
  EXPECT_EQ(said({}).find("above it"), std::string::npos);
  expect_said({}, "ELBO, bernoulli likelihood, KL weight 1\n");
  expect_said({"--samples", "3"}, "ELBO of 3 samples, bernoulli");
  expect_said({"--objective", "dreg", "--samples", "8"}, "dreg of 8 samples, bernoulli");
  expect_said({"--objective", "stl", "--prior", "vamp", "--prior-components", "9"},
              "stl, bernoulli likelihood, vamp prior of 9 components, KL weight 1\n");
  expect_said({"--objective", "iwae", "--top-latent", "2", "--top-hidden", "6,5"},
              "784-8-[3]-8-784 above it 6-5-[2]-5-6 relu");
}

TEST_F(Train, SaysHowManyUnitsAreActiveAndWhatToDoAboutFew) {
  const CommandResult collapsed = train("collapsed", {"--kl-weight", "200", "--lr", "0.01"});
  EXPECT_NE(collapsed.out.find("0 of 3 latent units are active; for more, try a --kl-warmup of some epochs, "
                               "--free-bits such as 0.1, or a --kl-weight below 200\n"),
            std::string::npos)
      << collapsed.out;
  const CommandResult some = train("some", {"--kl-weight", "4", "--lr", "0.01"});
  EXPECT_NE(some.out.find("2 of 3 latent units are active\n"), std::string::npos) << some.out;
  const CommandResult fine = train("fine", {"--kl-weight", "0.1", "--lr", "0.01", "--latent", "1"});
  EXPECT_NE(fine.out.find("1 of 1 latent units is active\n"), std::string::npos) << fine.out;
  EXPECT_EQ(fine.out.find("--kl-w"), std::string::npos) << fine.out;
}

TEST_F(Train, SaysWhatTheKlCostsAndWhatIsAddedForTheBatch) {
  const auto expect_said = [&](const Words& more, const std::string& part) {
    const CommandResult plan = train("run", more + Words{"--dry-run"});
    EXPECT_NE(plan.out.find(part + "\n"), std::string::npos) << part << " is not in\n" << plan.out;
  };
  expect_said({"--kl-warmup", "1", "--epochs", "4", "--kl-cycles", "2"},
              "KL weight 1 after 1 epoch, 2 cycles");
  expect_said({"--kl-capacity", "10"}, "KL weight 1, capacity 10 nats");
  expect_said({"--free-bits", "0.25"}, "KL weight 1, free bits 0.25");
  expect_said({"--objective", "tc-mss", "--tc-weight", "4"}, "KL weight 1, total correlation's weight 4");
  expect_said({"--objective", "mmd", "--mmd-weight", "10"}, "KL weight 1, discrepancy's weight 10");
}

TEST_F(Train, AnEpochTellsTheObjectiveWhereItIsNotTheElbo) {
  const CommandResult elbo = train("elbo", {}),
                      iwae = train("iwae", {"--objective", "iwae", "--samples", "3"});
  EXPECT_EQ(elbo.out.find("  objective -"), std::string::npos) << elbo.out;
  EXPECT_NE(iwae.out.find("  objective -"), std::string::npos) << iwae.out;
}

// What the settings do already is no advice, nor what they do not allow.
TEST_F(Train, AdviceAgainstCollapseFitsTheSettings) {
  const auto advised = [&](const Words& more, const std::string& advice) {
    std::filesystem::remove_all(at("run"));
    const CommandResult result = train("run", Words{"--kl-weight", "200", "--lr", "0.01"} + more);
    EXPECT_NE(result.out.find("are active; for more, try " + advice + "\n"), std::string::npos)
        << advice << " is not in\n"
        << result.out;
  };
  advised({"--kl-warmup", "0.01"},
          "a longer --kl-warmup than 0.01, --free-bits such as 0.1, or a --kl-weight below 200");
  advised({"--kl-warmup", "1.5", "--kl-weight", "400", "--objective", "elbo-sampled"},
          "a --kl-weight below 400");
  advised({"--objective", "iwae", "--latent", "30", "--kl-weight", "5000"},
          "a --kl-warmup of some epochs, or a --kl-weight below 5000");
  advised({"--micro-batch", "8"}, "a --kl-warmup of some epochs, or a --kl-weight below 200");
  advised({"--free-bits", "1e-4"},
          "a --kl-warmup of some epochs, --free-bits above 1e-04, or a --kl-weight below 200");
  advised({"--kl-capacity", "0.001"}, "a --kl-capacity above 0.001 or a --kl-weight above 200");
}

TEST_F(Train, WhatIsResumedAtItsEndTellsItsActiveUnits) {
  trained("run", {"--kl-weight", "200", "--lr", "0.01"});
  const CommandResult again = train("run", {"--kl-weight", "200", "--lr", "0.01", "--resume"});
  EXPECT_NE(again.out.find("0 of 3 latent units are active"), std::string::npos) << again.out;
  std::filesystem::remove(at("run/metrics.jsonl"));
  const CommandResult unknown = train("run", {"--kl-weight", "200", "--lr", "0.01", "--resume"});
  EXPECT_EQ(unknown.exit_code, 0) << unknown.err;
  EXPECT_EQ(unknown.out.find("active"), std::string::npos) << unknown.out;
}

TEST_F(Train, ADryRunCreatesNothing) {
  const CommandResult result = train("run", {"--dry-run"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  for (const char* part : {"memory", "total", "phases of a step", "optimizer", "parameters"}) {
    EXPECT_NE(result.out.find(part), std::string::npos) << part;
  }
  EXPECT_EQ(files(), Words{});
}

TEST_F(Train, WithoutOutNamesAFolderByTheClock) {
  const Words tiny{"train", "builtin:shapes:64", "--hidden", "none",      "--latent",
                   "1",     "--epochs",          "1",        "--threads", "1"};
  for (int i = 0; i < 2; ++i) {
    const CommandResult result = cuvae(tiny);
    ASSERT_EQ(result.exit_code, 0) << result.err;
  }
  const Words all = files();
  EXPECT_EQ(std::ranges::count_if(
                all, [](const std::string& name) { return name.ends_with("/state.safetensors"); }),
            2);
  EXPECT_TRUE(all.at(1).starts_with("runs/20")) << all[1];
}

TEST_F(Train, TakesValuesInEveryForm) {
  trained("run", {"--lr=1e-2", "--variance=shared", "--likelihood", "gaussian", "--activation=tanh", "--lr",
                  "2e-2"});
  const std::string config = text("run/config.toml");
  EXPECT_NE(config.find("\nlr = 0.02\n"), std::string::npos) << "the last one counts";
  EXPECT_NE(config.find("\nvariance = \"shared\"\n"), std::string::npos);
  trained("mirror", {"--hidden", "8,4", "--decoder-hidden", "none"});
  EXPECT_NE(text("mirror/config.toml").find("encoder_hidden = \"8,4\""), std::string::npos);
  EXPECT_NE(text("mirror/config.toml").find("decoder_hidden = \"none\""), std::string::npos);
}

TEST_F(Train, SaysWhyItStoppedEarly) {
  const CommandResult result =
      train("run", {"--validation-fraction", "0.25", "--patience", "1", "--lr", "0.5", "--optimizer", "sgd",
                    "--clip-norm", "0.001", "--kl-weight", "0", "--epochs", "30", "--seed", "3",
                    "--lr-schedule", "1:1e-30"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_NE(result.out.find("stopped early"), std::string::npos) << result.out;
}

}  // namespace
}  // namespace cuvae::test
