// Rows that commands write, in every format.
#include "cli/cuvae.hpp"

namespace cuvae::test {
namespace {

class ArrayOut : public CliTest {
 protected:
  void SetUp() override { trained("run"); }
  const std::string model_ = "run/model.safetensors";
};

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

TEST_F(ArrayOut, IsTheSameInEveryFormat) {
  const std::vector<Words> commands{{"sample", model_, "-n", "20"},
                                    {"reconstruct", model_, "builtin:shapes:20"},
                                    {"encode", model_, "builtin:shapes:20"},
                                    {"traverse", model_, "--steps", "3"},
                                    {"interpolate", model_, "builtin:shapes:20", "--rows", "0,1"}};
  for (const Words& command : commands) {
    SCOPED_TRACE(command[0]);
    (void)done(command + Words{"--out", "x.npy"});
    const std::vector<float> expected = values_of("x.npy");
    for (const char* name : {"x.csv", "x.tsv", "x.csv.gz", "x.tsv.gz"}) {
      (void)done(command + Words{"--out", name});
      EXPECT_EQ(values_of(name), expected) << name;
    }
    (void)done(command + Words{"--out", "x.npz"});
    EXPECT_TRUE(text("x.npz").starts_with("PK"));
  }
}

TEST_F(ArrayOut, ATableNamesItsColumns) {
  (void)done({"encode", model_, "builtin:shapes:5", "--out", "z.csv"});
  EXPECT_EQ(first_line(text("z.csv")), "mean_0,mean_1,mean_2");
  (void)done({"encode", model_, "builtin:shapes:5", "--with-log-var", "--out", "z.tsv"});
  EXPECT_EQ(first_line(text("z.tsv")), "mean_0\tmean_1\tmean_2\tlog_var_0\tlog_var_1\tlog_var_2");
  (void)done({"eval", model_, "builtin:shapes:5", "--per-row", "bounds.csv"});
  EXPECT_EQ(first_line(text("bounds.csv")), "elbo,iwae,reconstruction,kl,effective_samples");
  (void)done({"sample", model_, "-n", "1", "--out", "s.csv"});
  EXPECT_TRUE(text("s.csv").starts_with("c0,c1,c2,"));
}

TEST_F(ArrayOut, OnStdoutIsNumpysAndNothingElse) {
  (void)done({"sample", model_, "-n", "7", "--out", "s.npy"});
  const CommandResult piped = run_command({"sh", "-c", "\"$0\" \"$@\" | cat", cuvae_binary(), "sample",
                                           model_, "-n", "7", "--out", "/dev/stdout"},
                                          {at(".")});
  EXPECT_EQ(piped.exit_code, 0) << piped.err;
  EXPECT_TRUE(piped.out == text("s.npy"));
  EXPECT_NE(piped.err.find("7 samples"), std::string::npos) << piped.err;
}

}  // namespace
}  // namespace cuvae::test
