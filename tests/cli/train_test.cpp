// What a run leaves behind, and that the same settings leave the same.
#include <algorithm>
#include <sstream>

#include "cli/cuvae.hpp"
#include "src/io/json_line.hpp"

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
  EXPECT_EQ(files(), (Words{"run", "run/config.toml", "run/metrics.jsonl", "run/model.safetensors",
                            "run/reconstructions.png", "run/samples.png", "run/state.safetensors"}));
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
  expect_refusal(train("run", {"--resume"}), 2, {"model.safetensors", "--out"});
  EXPECT_EQ(text("run/metrics.jsonl"), metrics);
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
  EXPECT_EQ(
      std::ranges::count_if(all, [](const std::string& name) { return name.ends_with("state.safetensors"); }),
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
