// cuvae bench on the CPU: its tables, its files, its verdicts.
#include "cli/cuvae.hpp"

namespace cuvae::test {
namespace {

using Bench = CliTest;

const Words kSmall{"bench",     "--op",     "adam,column_sum,sgd,gradient_norm",
                   "--rows",    "32",       "--cols",
                   "40",        "--device", "cpu",
                   "--threads", "1"};

// The text with the number behind `"key": ` multiplied.
std::string scaled(std::string text, const std::string& key, double factor) {
  const std::string quoted = "\"" + key + "\": ";
  for (std::size_t at = text.find(quoted); at != std::string::npos; at = text.find(quoted, at + 1)) {
    const std::size_t begin = at + quoted.size(), end = text.find_first_of(",\n}", begin);
    const std::string number = std::to_string(std::stod(text.substr(begin, end - begin)) * factor);
    text.replace(begin, end - begin, number);
  }
  return text;
}

TEST_F(Bench, WritesEveryForm) {
  const CommandResult result = cuvae(kSmall + Words{"--out", "k.json,k.csv,k.md"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.err, "");
  EXPECT_EQ(result.out, text("k.md"));
  for (const char* words :
       {"Ceilings: copy", "commit", "| adam | 32x40 | fp32 | hot | 35840 |", "| column_sum | 32x40 |"})
    EXPECT_NE(result.out.find(words), std::string::npos) << words << "\n" << result.out;
  for (const char* words :
       {"\"gpu\": null", "\"op\": \"adam\"", "\"dtype\": \"fp32\"", "\"bytes\": 35840", "\"median_us\"",
        "\"percent_copy\"", "\"commit\"", "\"command\": \"cuvae bench --op adam,column_sum"})
    EXPECT_NE(text("k.json").find(words), std::string::npos) << words;
  EXPECT_TRUE(text("k.csv").starts_with("op,rows,cols,dtype,state,bytes,")) << text("k.csv");
}

TEST_F(Bench, EndsWith1WhereSomethingGotSlower) {
  ASSERT_EQ(cuvae(kSmall + Words{"--out", "now.json"}).exit_code, 0);
  write_file(at("fast.json"), scaled(scaled(text("now.json"), "median_us", 1e-3), "noise_percent", 0));
  const CommandResult slower = cuvae(kSmall + Words{"--compare", "fast.json"});
  EXPECT_EQ(slower.exit_code, 1) << slower.out << slower.err;
  EXPECT_NE(slower.out.find("| slower |"), std::string::npos) << slower.out;
  write_file(at("slow.json"), scaled(text("now.json"), "median_us", 1e3));
  const CommandResult faster = cuvae(kSmall + Words{"--compare", "slow.json", "--json"});
  EXPECT_EQ(faster.exit_code, 0) << faster.out << faster.err;
  EXPECT_NE(faster.err.find("| faster |"), std::string::npos) << faster.err;
  EXPECT_TRUE(faster.out.starts_with("{\n \"format\": 1,")) << faster.out;
}

TEST_F(Bench, RefusesWhatCannotBeCompared) {
  write_file(at("none.json"), "{}");
  expect_refusal(cuvae(kSmall + Words{"--compare", "none.json"}), 3, {"none.json", "cuvae bench --out"});
  expect_refusal(cuvae(kSmall + Words{"--compare", "missing.json"}), 3, {"missing.json"});
  write_file(at("adam.json"),
             R"({"format": 1, "device": "cpu", "name": "Some CPU", "driver": null, "version": "0.1.0",
    "commit": "abc1234", "rows": [{"op": "adam", "rows": 1, "cols": 40, "dtype": "fp32", "state": "hot", "bytes": 1120,
    "median_us": 1, "noise_percent": 1, "percent_copy": 90, "mark": ""}]})");
  expect_refusal(cuvae(kSmall + Words{"--compare", "adam.json"}), 3,
                 {"adam.json", "none of the rows", "--rows"});
}

TEST_F(Bench, SaysHowMuchMemoryAShapeNeeds) {
  const CommandResult result =
      cuvae({"bench", "--op", "adam", "--rows", "2000000000", "--cols", "1000000", "--device", "cpu"});
  expect_refusal(result, 4, {"adam 2000000000x1000000 fp32 needs", "GB", "fewer --rows or --cols"});
}

TEST_F(Bench, RefusesWhatTheCpuCannotDo) {
  expect_refusal(cuvae(kSmall + Words{"--type", "bf16"}), 4,
                 {"--type: bf16 needs a GPU", "leave --type out"});
}

TEST_F(Bench, LeavesNothingWhereItCannotWrite) {
  expect_refusal(cuvae(kSmall + Words{"--out", "missing/k.json"}), 3, {"missing/k.json"});
  EXPECT_TRUE(files().empty());
}

TEST_F(Bench, KeepsWhatItHadWhereASignalStopsIt) {
  const Words command{
      "sh", "-c",
      "\"$0\" bench --device cpu --threads 1 --op adam,sgd,bernoulli_nll --out k.json 2> err & "
      "while [ ! -s k.json ]; do sleep 0.05; done; kill -TERM $!; wait $!; echo $? > code",
      cuvae_binary()};
  ASSERT_EQ(run_command(command, {at(".")}).exit_code, 0);
  EXPECT_EQ(text("code"), "75\n");
  EXPECT_NE(text("err").find("what was measured so far is in k.json"), std::string::npos) << text("err");
  EXPECT_NE(text("k.json").find("\"op\": \"adam\""), std::string::npos);
}

TEST_F(Bench, ListsItsOps) {
  const CommandResult help = cuvae({"bench", "--help"});
  EXPECT_EQ(help.exit_code, 0);
  for (const char* op : {"load_rows", "sample_latent", "bernoulli_nll", "gaussian_nll_learned", "adam"})
    EXPECT_NE(help.out.find(op), std::string::npos) << op;
}

}  // namespace
}  // namespace cuvae::test
