// Recipes by name: what they set, what they refuse, and what a run of one says.
#include <filesystem>
#include <optional>
#include <sstream>

#include "cli/cuvae.hpp"

namespace cuvae::test {
namespace {

class Presets : public CliTest {
 protected:
  // As many pictures as MNIST has, all black: a file with holes, which is opened at once.
  Presets() {
    write_file(at(kMnist), std::string("\0\0\x08\x03\0\0\xea\x60\0\0\0\x1c\0\0\0\x1c", 16));
    std::filesystem::resize_file(at(kMnist), 16 + 60000 * 784);
  }
  static constexpr const char* kMnist = "mnist.idx";
};

std::vector<std::string> names_of(const std::string& list) {
  std::vector<std::string> names;
  std::istringstream lines(list);
  std::string line;
  std::getline(lines, line);  // what the numbers are
  while (std::getline(lines, line)) names.push_back(line.substr(0, line.find(' ')));
  return names;
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
    return done({"train", kMnist, "--preset", preset, "--scale", scale, "--dry-run"});
  };
  const std::string hundredth = plan("iwae-mnist-l1-k1", "1/100");
  for (const char* part : {"shortened to 1/100: 33 epochs in place of 3280",
                           "rate 0.00027, after 1: 0.00019, 4: 0.00014, 11: 0.0001,", "98340 steps"}) {
    EXPECT_NE(hundredth.find(part), std::string::npos) << part << "\n" << hundredth;
  }
  const std::string least = plan("iwae-mnist-l1-k1", "0.0001");
  for (const char* part : {"1 epochs in place of 3280", "rate 0.0001 constant", "2980 steps"})
    EXPECT_NE(least.find(part), std::string::npos) << part << "\n" << least;
  EXPECT_NE(plan("vamp-mnist", "1/200").find("KL weight 1 after 0.5 epochs"), std::string::npos);
}

TEST_F(Presets, OptionsWinOverTheRecipe) {
  const CommandResult plan = cuvae({"train", kMnist, "--latent", "7", "--preset", "iwae-mnist-l1-k5",
                                    "--batch", "40", "--dry-run", "--scale", "1/100"});
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
  refused({"train", "--scale", "1/2", "--out", "run"}, 2, {"--scale shortens the schedule of a --preset"});
  for (const char* scale : {"2", "0", "-1", "1/0", "0/5", "half", "1/", "/2", "1/2/3"})
    refused({"train", "--preset", "vamp-mnist", "--scale", scale, "--out", "run"}, 2, {"--scale: "});
  refused({"train", "builtin:shapes:100", "--preset", "iwae-mnist-l1-k1", "--out", "run"}, 3,
          {"there are 100 rows, fewer than the first 59600"});
  refused({"train", "narrow.idx", "--preset", "iwae-mnist-l1-k1", "--out", "run"}, 3,
          {"its rows have 6 values, and preset iwae-mnist-l1-k1 is a recipe for rows of 784",
           "leave --preset out"});
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

TEST_F(Presets, ARunOfOneSaysHowCloseItCame) {
  if (kQuickTests) GTEST_SKIP() << "an epoch of MNIST is left to builds without sanitizers";
  const std::optional<std::filesystem::path> data = data_dir();
  if (!data || !std::filesystem::exists(*data / "mnist" / "t10k-images-idx3-ubyte.gz"))
    GTEST_SKIP() << "no MNIST: scripts/get_mnist.sh fetches it, CUVAE_DATA_DIR says where it is";
  const CommandResult run = cuvae({"reproduce", "iwae-mnist-l1-k1", (*data / "mnist").string(), "--out",
                                   "run", "--scale", "1/3280", "--samples", "2", "--threads", "1"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  for (const char* part :
       {"1 epochs in place of 3280", "published", "86.76 nats per row, -L_5000", "(rows), -L_2\n", "measured",
        "not judged: the schedule was not run as published", "shortened to 1/3280"}) {
    EXPECT_NE(run.out.find(part), std::string::npos) << part << "\n" << run.out;
  }
  EXPECT_NE(text("run/reproduction.json").find("\"published\":86.76"), std::string::npos);
}

}  // namespace
}  // namespace cuvae::test
