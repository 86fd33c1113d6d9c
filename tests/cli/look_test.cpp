// How the executable looks on a screen and in a pipe.
#include <algorithm>
#include <array>
#include <sstream>

#include "cli/cuvae.hpp"
#include "cuvae/version.hpp"
#include "src/cli/live_line.hpp"

namespace cuvae::test {
namespace {

constexpr std::array kCommands{"train",       "eval",     "sample", "reconstruct", "encode", "traverse",
                               "interpolate", "manifold", "curves", "convert",     "info",   "devices"};

class Look : public CliTest {
 protected:
  // What it writes to a terminal, by script(1) of bsdutils.
  [[nodiscard]] std::string on_a_terminal(const std::string& arguments, const Words& environment) const {
    const CommandResult result = run_command(
        {"script", "-qec", "'" + cuvae_binary() + "' " + arguments, "/dev/null"}, {at("."), environment});
    EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
    return result.out;
  }
  [[nodiscard]] std::string training_on_a_terminal(const Words& environment) const {
    std::filesystem::remove_all(at("run"));
    return on_a_terminal("train builtin:shapes:4096 --out run --hidden 64 --epochs 3 --batch 16 --threads 1",
                         environment);
  }
};

constexpr char kEscape = '\x1b';

TEST_F(Look, HelpFitsAScreenAndShowsTwoExamples) {
  for (const char* command : kCommands) {
    const CommandResult help = cuvae({command, "--help"});
    EXPECT_EQ(help.exit_code, 0);
    EXPECT_EQ(help.err, "");
    EXPECT_LE(std::ranges::count(help.out, '\n'), 48) << command;
    std::istringstream lines(help.out);
    for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 79u) << line;
    const std::string examples = help.out.substr(help.out.find("examples:\n"));
    EXPECT_EQ(std::ranges::count(examples, '\n'), 3) << examples;
  }
}

TEST_F(Look, HelpOfEverythingNamesWhatHelpLeavesOut) {
  const std::string usual = cuvae({"train", "--help"}).out, all = cuvae({"train", "--help-all"}).out;
  EXPECT_NE(usual.find("--help-all"), std::string::npos);
  EXPECT_EQ(usual.find("--beta1"), std::string::npos);
  EXPECT_NE(all.find("--beta1"), std::string::npos);
  std::istringstream lines(usual);
  for (std::string line; std::getline(lines, line);) {
    if (line.find("--help-all") != std::string::npos) continue;
    EXPECT_NE(all.find(line), std::string::npos) << line;
  }
  EXPECT_EQ(cuvae({"sample", "--help-all"}).exit_code, 2) << "it has no more options than --help tells";
}

TEST_F(Look, AloneItExplainsItself) {
  const CommandResult overview = cuvae({});
  EXPECT_EQ(overview.exit_code, 0);
  for (const char* command : kCommands) {
    EXPECT_NE(overview.out.find(std::string("\n  ") + command), std::string::npos) << command;
  }
  EXPECT_EQ(cuvae({"--help"}).out, overview.out);
  EXPECT_EQ(cuvae({"--version"}).out, std::string("cuvae ") + kVersion + "\n");
}

TEST_F(Look, APipeGetsPlainLines) {
  const CommandResult result = train("run");
  for (const std::string& text : {result.out, result.err}) {
    EXPECT_EQ(text.find(kEscape), std::string::npos);
    EXPECT_EQ(text.find('\r'), std::string::npos);
  }
  EXPECT_NE(result.out.find("epoch 2/2"), std::string::npos) << result.out;
  EXPECT_NE(result.out.find("cuvae sample run/model.safetensors"), std::string::npos) << result.out;
}

TEST_F(Look, ATerminalGetsALiveLine) {
  if (run_command({"sh", "-c", "command -v script"}).exit_code != 0)
    GTEST_SKIP() << "script(1) is not installed";
  const std::string colourful = training_on_a_terminal({"TERM=xterm", "NO_COLOR="});
  EXPECT_NE(colourful.find(kEscape), std::string::npos);
  EXPECT_NE(colourful.find(" left"), std::string::npos);
  const std::string plain = training_on_a_terminal({"TERM=xterm", "NO_COLOR=1"});
  EXPECT_EQ(plain.find(kEscape), std::string::npos);
  EXPECT_NE(plain.find(" left"), std::string::npos);
  const std::string dumb = training_on_a_terminal({"TERM=dumb", "NO_COLOR="});
  EXPECT_EQ(dumb.find(kEscape), std::string::npos);
  EXPECT_EQ(dumb.find("rows/s\r "), std::string::npos);
  const std::string rows =
      on_a_terminal("sample run/model.safetensors -n 60000 --out s.npy --threads 1", {"TERM=xterm"});
  for (const char* part : {"sample [\x1b", ">\x1b[0m", "]", "% ", " of 60000 rows, ", " left"})
    EXPECT_NE(rows.find(part), std::string::npos) << part << " is not in " << rows;
  const std::string plain_rows =
      on_a_terminal("sample run/model.safetensors -n 60000 --out s.npy --threads 1", {"TERM=dumb"});
  EXPECT_EQ(plain_rows.find(" of 60000 rows"), std::string::npos) << plain_rows;
}

// The bar goes before the words do, and nothing reaches the last column, where some terminals wrap.
TEST(LiveLine, FitsTheTerminal) {
  const auto line = [](double part, int columns) {
    return cli::line_with_bar("eval", part, "50%  5 of 10 rows, 0:02 left", {true, false, columns});
  };
  EXPECT_EQ(line(0.5, 80), "eval [==========>         ] 50%  5 of 10 rows, 0:02 left");
  EXPECT_EQ(line(0, 80), "eval [>                   ] 50%  5 of 10 rows, 0:02 left");
  EXPECT_EQ(line(1, 80), "eval [====================] 50%  5 of 10 rows, 0:02 left");
  EXPECT_EQ(line(2, 57), line(1, 80));
  EXPECT_EQ(line(0.5, 56), "eval 50%  5 of 10 rows, 0:02 left");
  EXPECT_EQ(line(0.5, 20), "eval 50%  5 of 10 r");
  EXPECT_EQ(line(0.5, 1), "");
  EXPECT_EQ(line(0.5, 0), "");
  EXPECT_EQ(cli::line_with_bar("eval", 0.5, "", {true, true, 80}),
            "eval [\x1b[32m==========>\x1b[0m         ] ");
}

}  // namespace
}  // namespace cuvae::test
