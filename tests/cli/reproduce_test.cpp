// Recipes by name: what they set, what they refuse, and what a run of one says.
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <sstream>
#include <thread>

#include "cli/cuvae.hpp"
#include "src/io/json_line.hpp"

namespace cuvae::test {
namespace {

class Presets : public CliTest {
 protected:
  // As many pictures as MNIST has, all black: files with holes, which are opened at once.
  Presets() {
    std::filesystem::create_directory(at("black"));
    black(kMnist, 60000, 28);
    black("black/t10k-images-idx3-ubyte", 10000, 28);
  }
  void black(const std::string& name, std::uint32_t rows, char width) const {
    std::string header("\0\0\x08\x03\0\0\0\0\0\0\0\x1c\0\0\0\0", 16);
    header[6] = static_cast<char>(rows >> 8), header[7] = static_cast<char>(rows), header[15] = width;
    write_file(at(name), header);
    std::filesystem::resize_file(at(name), 16 + rows * 28 * static_cast<std::uint32_t>(width));
  }
  static constexpr const char* kMnist = "black/train-images-idx3-ubyte";
};

void expect_in(const std::string& text, const Words& parts) {
  for (const std::string& part : parts)
    EXPECT_NE(text.find(part), std::string::npos) << part << " is not in\n" << text;
}

std::vector<std::string> names_of(const std::string& list) {
  std::vector<std::string> names;
  std::istringstream lines(list);
  std::string line;
  std::getline(lines, line);  // what the numbers are
  while (std::getline(lines, line)) names.push_back(line.substr(0, line.find(' ')));
  return names;
}

// Of a table, what stands beside this word.
std::string field_of(const std::string& table, const std::string& name) {
  std::istringstream lines(table);
  std::string line, word, value;
  while (std::getline(lines, line)) {
    std::istringstream words(line);
    if (words >> word >> value && word == name) return value;
  }
  return "";
}

TEST_F(Presets, AreValidSettings) {
  const std::vector<std::string> names = names_of(done({"reproduce", "--list"}));
  EXPECT_EQ(names.size(), 14u);
  for (const std::string& name : names) {
    const CommandResult plan = cuvae({"train", kMnist, "--preset", name, "--dry-run"});
    EXPECT_EQ(plan.exit_code, 0) << name << ": " << plan.err;
    EXPECT_NE(plan.out.find(name + ", "), std::string::npos) << plan.out;
  }
}

// The recipe's numbers, by hand: 2,980 steps an epoch of 59,600 rows, 3,280 epochs.
TEST_F(Presets, TheRowsOfTheIwaeTableHaveItsSchedule) {
  const std::string plan = done({"train", kMnist, "--preset", "iwae-mnist-l2-k5", "--dry-run"});
  for (const char* part :
       {"784-200-200-[100]-200-200-784 above it 100-100-[50]-100-100 tanh", "9774400 steps of 2980 per epoch",
        "batch 20",
        "iwae-adam, rate 0.001, after 1: 0.00072, 4: 0.00052, 13: 0.00037, 40: 0.00027, 121: 0.00019, 364: "
        "0.00014, 1093: 0.0001,"}) {
    EXPECT_NE(plan.find(part), std::string::npos) << part << "\n" << plan;
  }
}

// 3280 epochs with changes after 1, 4, 13, 40, 121, 364, 1093: what falls before the first epoch is there
// from the start.
TEST_F(Presets, AScheduleIsShortenedInProportion) {
  const auto plan = [&](const std::string& preset, const std::string& scale) {
    return done({"train", kMnist, "--preset", preset, "--preset-scale", scale, "--dry-run"});
  };
  const std::string hundredth = plan("iwae-mnist-l1-k1", "1/100");
  for (const char* part : {"shortened to 1/100: 33 epochs in place of 3280",
                           "rate 0.00027, after 1: 0.00019, 4: 0.00014, 11: 0.0001,", "98340 steps"}) {
    EXPECT_NE(hundredth.find(part), std::string::npos) << part << "\n" << hundredth;
  }
  const std::string least = plan("iwae-mnist-l1-k1", "0.0001");
  for (const char* part : {"1 epoch in place of 3280", "rate 0.0001 constant", "2980 steps"})
    EXPECT_NE(least.find(part), std::string::npos) << part << "\n" << least;
  EXPECT_NE(plan("vamp-mnist", "1/200").find("KL weight 1 after 0.5 epochs"), std::string::npos);
}

TEST_F(Presets, OptionsWinOverTheRecipe) {
  const CommandResult plan = cuvae({"train", kMnist, "--latent", "7", "--preset", "iwae-mnist-l1-k5",
                                    "--batch", "40", "--dry-run", "--preset-scale", "1/100"});
  EXPECT_NE(plan.out.find("-[7]-"), std::string::npos) << plan.out;
  EXPECT_NE(plan.out.find("batch 40"), std::string::npos) << plan.out;
  EXPECT_NE(plan.out.find("shortened to 1/100: 33 epochs in place of 3280"), std::string::npos) << plan.out;
}

TEST_F(Presets, AreRefusedWithAHint) {
  const auto refused = [&](const Words& arguments, int code, const Words& parts) {
    const CommandResult result = cuvae(arguments);
    EXPECT_EQ(result.exit_code, code) << result.err;
    for (const std::string& part : parts) EXPECT_NE(result.err.find(part), std::string::npos) << result.err;
    EXPECT_FALSE(std::filesystem::exists(at("run")));
  };
  write_file(at("narrow.idx"), std::string("\0\0\x08\x02\0\0\0\2\0\0\0\6", 12) + std::string(12, '\x10'));
  refused({"train", "--preset", "iwae-mnst-l1-k50", "--out", "run"}, 2,
          {"unknown preset 'iwae-mnst-l1-k50'; did you mean 'iwae-mnist-l1-k50'?"});
  refused({"train", "--preset", "resnet", "--out", "run"}, 2, {"cuvae reproduce --list names them"});
  refused({"train", "--preset-scale", "1/2", "--out", "run"}, 2,
          {"--preset-scale shortens the schedule of a --preset"});
  for (const char* scale : {"2", "0", "-1", "1/0", "0/5", "half", "1/", "/2", "1/2/3"})
    refused({"train", "--preset", "vamp-mnist", "--preset-scale", scale, "--out", "run"}, 2,
            {"--preset-scale: "});
  refused({"train", "builtin:shapes:100", "--preset", "iwae-mnist-l1-k1", "--out", "run"}, 3,
          {"builtin:shapes:100: it has 100 rows", "iwae-mnist-l1-k1 is a recipe for 60000",
           "MNIST's training images"});
  refused({"train", "narrow.idx", "--preset", "iwae-mnist-l1-k1", "--out", "run"}, 3,
          {"its rows have 6 values, and preset iwae-mnist-l1-k1 is a recipe for rows of 784",
           "train without a preset"});
  refused({"train", "--preset", "iwae-mnist-l1-k1", "--out", "run"}, 2,
          {"DATA is missing", "iwae-mnist-l1-k1 is a recipe for MNIST's training images"});
  write_file(at("run.toml"), "epochs = 1\n");
  refused({"train", "--preset", "iwae-mnist-l1-k1", "--config", "run.toml", "--out", "run"}, 2,
          {"DATA is missing"});
  refused({"reproduce", "iwae-mnist-l1-k1", "black", "--out", "run", "--scale", "1/2", "--epochs", "4"}, 2,
          {"--scale and --epochs exclude each other"});
  refused({"reproduce", "iwae-mnist-l1-k1", "black", "--out", "run", "--scale", "3"}, 2, {"--scale: '3'"});
  refused({"reproduce", "iwae-mnist-l1-k1", "black", "--out", "./black"}, 2,
          {"--out: './black' holds the data"});
  refused({"reproduce", "vamp-mnist", "black", "--out", "run", "--epochs", "100"}, 2,
          {"--epochs: the first 100 of vamp-mnist", "KL weight rises", "--scale"});
  refused({"reproduce", "iwae-mnist-l1-k1", ".", "--out", "run"}, 3,
          {"there is no train-images-idx3-ubyte in it"});
  refused({"reproduce", "iwae-mnist-l1-k1", "."}, 2, {"--out is missing"});
  refused({"reproduce", "iwae-mnist-l1-k1"}, 2, {"FOLDER is missing"});
  refused({"reproduce"}, 2, {"PRESET is missing"});
}

TEST_F(Presets, AreListedWithTheirNumbers) {
  const CommandResult list = cuvae({"reproduce", "--list"});
  EXPECT_EQ(list.exit_code, 0);
  EXPECT_NE(list.out.find("\niwae-mnist-l1-k50  84.78 +- 0.3  Burda"), std::string::npos) << list.out;
}

// Before hours of training, not after them.
TEST_F(Presets, TestDataIsCheckedBeforeTraining) {
  const auto refused = [&](const Words& parts) {
    expect_refusal(cuvae({"reproduce", "iwae-mnist-l1-k1", "black", "--out", "run"}), 3, parts);
    EXPECT_FALSE(std::filesystem::exists(at("run")));
  };
  black("black/t10k-images-idx3-ubyte", 10000, 27);
  refused({"t10k-images-idx3-ubyte: its rows have 756 values", "rows of 784", "MNIST's test images"});
  black("black/t10k-images-idx3-ubyte", 9999, 28);
  refused({"t10k-images-idx3-ubyte: it has 9999 rows", "a recipe for 10000"});
  std::filesystem::remove(at("black/t10k-images-idx3-ubyte"));
  refused({"there is no t10k-images-idx3-ubyte in it"});
}

TEST_F(Presets, TheEpochsThatAreToldAreThoseThatAreRun) {
  const auto told = [&](const Words& options, const Words& parts) {
    expect_in(done(Words{"train", kMnist, "--preset", "iwae-mnist-l1-k1", "--dry-run"} + options), parts);
  };
  told({"--preset-scale", "1/100", "--epochs", "40"},
       {"shortened to 1/100, but 40 epochs in place of 3280", "119200 steps"});
  told({"--epochs", "40"}, {"table 1; 40 epochs in place of 3280", "119200 steps"});
  told({}, {"table 1\n", "9774400 steps"});
  told({"--preset-scale", "1"}, {"table 1\n", "9774400 steps"});
}

// In files, also when the run went on from its config.toml.
TEST_F(Presets, ARunRemembersItsRecipe) {
  (void)done({"train", kMnist, "--preset", "iwae-mnist-l1-k1", "--preset-scale", "1/100", "--max-steps", "2",
              "--out", "run", "--threads", "1"});
  const std::string note = "\n# It began as --preset iwae-mnist-l1-k1 --preset-scale 1/100; ";
  const auto remembered = [&] {
    const std::string config = text("run/config.toml");
    EXPECT_LT(config.find(note), config.find("data = ")) << config;
    for (const char* file : {"run/model.safetensors", "run/state.safetensors"}) {
      const std::string info = done({"info", file});
      EXPECT_EQ(field_of(info, "preset"), "iwae-mnist-l1-k1") << info;
      EXPECT_EQ(field_of(info, "preset_scale"), "1/100") << info;
    }
  };
  remembered();
  const std::string resumed =
      done({"train", "--config", "run/config.toml", "--out", "run", "--resume", "--max-steps", "4"});
  expect_in(resumed, {"resuming after step 2", "shortened to 1/100: 33 epochs in place of 3280"});
  remembered();
  trained("plain");
  EXPECT_EQ(text("plain/config.toml").find("preset"), std::string::npos);
  EXPECT_EQ(done({"info", "plain/model.safetensors"}).find("preset"), std::string::npos);
}

// Whole runs, of an epoch or two on black pictures, which take some seconds.
class Reproduce : public Presets {
 protected:
  void SetUp() override {
    if (kQuickTests) GTEST_SKIP() << "epochs of 59600 rows are left to builds without sanitizers";
  }
  static Words command(const Words& more) {
    return Words{"reproduce", "iwae-mnist-l1-k1", "black", "--out", "run", "--threads", "1"} + more;
  }
  // Sends SIGTERM once `ready`; stdout is in the file "told" meanwhile.
  [[nodiscard]] CommandResult stopped(const Words& arguments, const std::function<bool()>& ready) const {
    CommandResult result;
    const std::string script = "echo $$ > pid.new; mv pid.new pid; exec \"$0\" \"$@\" > told";
    std::filesystem::remove(at("told"));
    std::thread runner([&] {
      result = run_command(Words{"sh", "-c", script, cuvae_binary()} + arguments, {at(".")});
    });
    for (int i = 0; i < 6000 && !ready(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    kill(static_cast<pid_t>(std::stol(text("pid"))), SIGTERM);
    runner.join();
    result.out = text("told");
    return result;
  }
  [[nodiscard]] bool has_told(const std::string& words) const {
    return std::filesystem::exists(at("told")) && text("told").find(words) != std::string::npos;
  }
};

TEST_F(Reproduce, SaysWhatWasRunAndCanBeStoppedInItsEvaluation) {
  const CommandResult first = cuvae(command({"--epochs", "2", "--samples", "2", "--json"}));
  ASSERT_EQ(first.exit_code, 0) << first.err;
  EXPECT_EQ(std::ranges::count(first.out, '\n'), 1) << "one object and nothing else: " << first.out;
  EXPECT_EQ(first.out, text("run/reproduction.json"));
  EXPECT_EQ(io::integer_field(first.out, "rows"), 10000) << first.out;
  expect_in(first.out, {R"("schedule":"the first 2 epochs of 3280","epochs":2.0,)", R"("samples":2,)",
                        R"("checkpoint":"run/model.safetensors","tolerance":null,"met":null,)",
                        R"("verdict":"not judged: this is not MNIST")"});
  expect_in(first.err, {"preset ", "2 epochs in place of 3280", "epoch 2/2", "next: cuvae sample"});

  // The schedule of the flags is not the one that was run, and there is nothing left to train.
  const std::string metrics = text("run/metrics.jsonl");
  const std::string again = done(command({"--epochs", "1", "--samples", "2", "--resume"}));
  expect_in(again, {"schedule      the first 2 epochs of 3280\n", "model         run/model.safetensors\n",
                    "(rows), -L_2\n"});
  EXPECT_EQ(text("run/metrics.jsonl"), metrics);

  const CommandResult stop = stopped(command({"--epochs", "2", "--batch", "64", "--resume"}),
                                     [&] { return has_told("next: cuvae sample"); });
  EXPECT_EQ(stop.exit_code, 75) << stop.out << stop.err;
  expect_in(stop.out, {"stopped in the evaluation, the model is kept; continue with:\n  cuvae reproduce "
                       "iwae-mnist-l1-k1 black --out run --epochs 2 --threads 1 --batch 64 --resume\n"});
  EXPECT_EQ(stop.err.find("nothing was written"), std::string::npos) << stop.err;
  EXPECT_TRUE(std::filesystem::exists(at("run/model.safetensors")));
}

TEST_F(Reproduce, StoppedInTrainingItSaysHowItGoesOn) {
  const CommandResult stop = stopped(command({"--samples", "2", "--seed", "7", "--scale", "1/100"}),
                                     [&] { return std::filesystem::exists(at("run/config.toml")); });
  EXPECT_EQ(stop.exit_code, 75) << stop.out << stop.err;
  expect_in(stop.out, {"continue with:\n  cuvae reproduce iwae-mnist-l1-k1 black --out run --scale 1/100 "
                       "--seed 7 --threads 1 --samples 2 --resume\n"});
  EXPECT_EQ(stop.out.find("cuvae train"), std::string::npos) << stop.out;
  EXPECT_TRUE(std::filesystem::exists(at("run/state.safetensors")));
  EXPECT_FALSE(std::filesystem::exists(at("run/reproduction.json")));
}

// Where the recipe has rows to validate on.
TEST_F(Reproduce, EvaluatesTheBestModel) {
  const std::string json = done({"reproduce", "pythae-vae-mnist", "black", "--out", "run", "--epochs", "1",
                                 "--samples", "2", "--threads", "1", "--json"});
  expect_in(json, {R"("checkpoint":"run/best.safetensors")"});
}

TEST_F(Reproduce, KnowsMnist) {
  const std::optional<std::filesystem::path> data = data_dir();
  if (!data || !std::filesystem::exists(*data / "mnist" / "t10k-images-idx3-ubyte.gz"))
    GTEST_SKIP() << "no MNIST: scripts/get_mnist.sh fetches it, CUVAE_DATA_DIR says where it is";
  const CommandResult run = cuvae({"reproduce", "iwae-mnist-l1-k1", (*data / "mnist").string(), "--out",
                                   "run", "--scale", "1/3280", "--samples", "2", "--threads", "1"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  expect_in(run.out, {"1 epoch in place of 3280", "published", "86.76 nats per row, -L_5000",
                      "(rows), -L_2\n", "measured", "not judged: the schedule was not run as published",
                      "shortened to 1/3280: 1 epoch in place of 3280"});
  expect_in(text("run/reproduction.json"), {R"("published":86.76)", R"("published_data":true)"});
}

}  // namespace
}  // namespace cuvae::test
