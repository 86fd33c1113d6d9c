// Settings in TOML: what may stand there, what wins, and where a mistake is.
#include "cli/cuvae.hpp"

namespace cuvae::test {
namespace {

class ConfigFile : public CliTest {
 protected:
  [[nodiscard]] CommandResult train_with(const std::string& toml, const Words& more = {}) const {
    write_file(at("run.toml"), toml);
    return cuvae(Words{"train", "--config", "run.toml", "--out", "run"} + more);
  }
};

constexpr const char* kTiny = "data = \"builtin:shapes:64\"\nlatent = 2\nepochs = 1\nthreads = 1\n";

TEST_F(ConfigFile, EveryFormOfAValueIsRead) {
  const std::string toml = std::string(kTiny) +
                           "encoder_hidden = [8, 4]\ndecoder_hidden = 5\nlr = 1\noptimizer = 'sgd'\n"
                           "likelihood = \"gaussian\"\nvariance = 0.5\nseed = \"18446744073709551615\"\n";
  const CommandResult result = train_with(toml);
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const std::string written = text("run/config.toml");
  for (const char* line :
       {"encoder_hidden = \"8,4\"", "decoder_hidden = \"5\"", "lr = 1", "optimizer = \"sgd\"",
        "variance = 0.5", "seed = \"18446744073709551615\"", "latent = 2"}) {
    EXPECT_NE(written.find(std::string("\n") + line + "\n"), std::string::npos) << line << " is not in\n"
                                                                                << written;
  }
}

TEST_F(ConfigFile, TheCommandLineWins) {
  const CommandResult result =
      train_with(std::string(kTiny) + "encoder_hidden = [8]\nhidden = [6]\n", {"--latent", "3"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const std::string written = text("run/config.toml");
  EXPECT_NE(written.find("\nlatent = 3\n"), std::string::npos);
  EXPECT_NE(written.find("\nencoder_hidden = \"8\"\n"), std::string::npos) << "hidden does not undo it";
  EXPECT_NE(written.find("\ndecoder_hidden = \"6\"\n"), std::string::npos);
}

TEST_F(ConfigFile, LettersStayWhatTheyAre) {
  const std::string name = "\xc3\x9f\xe2\x82\xac\xf0\x9f\x8c\xb3";  // of two, three and four bytes
  write_file(at(name + ".idx"), std::string("\0\0\x08\x02\0\0\0\x02\0\0\0\x02\1\2\3\4", 16));
  const CommandResult result = train_with(
      "\xef\xbb\xbf"
      "data = \"\"\"\\\n" +
      name + ".idx\"\"\" # " + name + "\nhidden = 'none'\nepochs = 1\n");
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_NE(text("run/config.toml").find(name + ".idx\"\n"), std::string::npos);
}

TEST_F(ConfigFile, WithoutAnEndIsRefused) {
  expect_refusal(cuvae({"train", "--config", "/dev/zero", "--out", "run"}), 3, {"/dev/zero", "MiB"});
}

TEST_F(ConfigFile, ANameItCannotHoldIsRefusedBeforeTraining) {
  write_file(at("caf\xe9.idx"), std::string("\0\0\x08\x02\0\0\0\x02\0\0\0\x02\1\2\3\4", 16));
  const CommandResult result = cuvae({"train", "caf\xe9.idx", "--hidden", "none", "--out", "run"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_NE(result.err.find("not UTF-8"), std::string::npos) << result.err;
  EXPECT_FALSE(std::filesystem::exists(at("run")));
}

TEST_F(ConfigFile, MistakesAreShownByFileLineAndKey) {
  const std::vector<std::pair<std::string, Words>> cases{
      {"latent = 2\nlern = 3\n", {"run.toml:2:1: unknown key 'lern'"}},
      {"epoch = 2\n", {"run.toml:1:1: unknown key 'epoch'", "did you mean 'epochs'?"}},
      {"data_dim = 2\n", {"run.toml:1:1: unknown key 'data_dim'"}},
      {"lr = 1\n\nlr = 2\n", {"run.toml:3"}},
      {"epochs = \"ten\"\n", {"run.toml:1:10: epochs: must be a whole number"}},
      {"epochs = 1.5\n", {"run.toml:1:10: epochs: must be a whole number"}},
      {"epochs = true\n", {"run.toml:1:10: epochs: must be a whole number"}},
      {"lr = \"fast\"\n", {"run.toml:1:6: lr: must be a number"}},
      {"lr = nan\n", {"run.toml:1:6: lr: 'nan' is no finite number"}},
      {"optimizer = 3\n", {"run.toml:1:13: optimizer: must be text in quotes"}},
      {"hidden = [4, \"x\"]\n", {"run.toml:1:10: hidden: must be a list"}},
      {"\nactivation = \"rleu\"\n", {"run.toml:2:14: activation: 'rleu'", "did you mean 'relu'?"}},
      {"batch = 0\n", {"run.toml:1:9: batch: 0 is out of range", "1 to"}},
      {"device = \"gpu\"\n", {"run.toml:1:10: device: 'gpu'"}},
      {"[train]\nlr = 1\n", {"run.toml:1", "unknown key 'train'"}},
      {"lr = \n", {"run.toml:1"}},
      {"lr 3\n", {"run.toml:1"}},
      {"[[[train]]]\n", {"run.toml:1"}},
      {"lr = 1979-05-27T=\n", {"run.toml:1"}},
      {"\xff\xfe", {"run.toml:1"}},
      {"latent = 2\ngr\xc3\xb6\xc3\x9f"
       "e = 1\n",
       {"run.toml:2:3: ", "\xc3\xb6"}},
      {"'gr\xc3\xb6\xc3\x9f"
       "e' = 1\n",
       {"run.toml:1:1: unknown key 'gr\xc3\xb6\xc3\x9f"
        "e'"}},
      {"lr = 1\xe2\x82\xac\n", {"run.toml:1:7: "}},
      {"lr = \xed\xa0\x80\n", {"run.toml:1"}},
      {"micro_batch = 300\n", {"micro_batch: 300"}},
  };
  for (const auto& [toml, message] : cases) {
    SCOPED_TRACE(toml);
    expect_refusal(train_with(toml), 2, message);
  }
  EXPECT_EQ(files(), Words{"run.toml"});
}

TEST_F(ConfigFile, ThatCannotBeReadIsNamed) {
  expect_refusal(cuvae({"train", "--config", "absent.toml"}), 3, {"cannot read 'absent.toml'", "--config"});
  expect_refusal(cuvae({"train", "--config", "."}), 3, {"cannot read '.'", "it is a folder"});
  EXPECT_EQ(files(), Words{});
}

}  // namespace
}  // namespace cuvae::test
