// cuvae bench on the CPU: its tables, its files, its verdicts.
#include "cli/cuvae.hpp"

namespace cuvae::test {
namespace {

using Bench = CliTest;

const Words kSmall{"bench",     "--op",     "adam,column_sum,sgd,gradient_norm",
                   "--rows",    "32",       "--cols",
                   "40",        "--device", "cpu",
                   "--threads", "1"};

// What another machine did, at so many percent of its copies' rate.
std::string results_of_another_machine(const std::string& rows, const std::string& percent_copy) {
  return R"({"format": 1, "device": "cpu", "name": "Some CPU", "driver": null, "version": "0.0.9", "commit": "abc1234",
    "rows": [{"op": "adam", "rows": )" +
         rows + R"(, "cols": 40, "dtype": "fp32", "state": "hot", "bytes": 35840, "median_us": 1,
    "noise_percent": 0, "percent_copy": )" +
         percent_copy + R"(, "mark": ""}]})";
}

TEST_F(Bench, WritesEveryFormAndEndsWith1WhereSomethingIsSlower) {
  write_file(at("old.json"), results_of_another_machine("32", "1e9"));
  const CommandResult result = cuvae(kSmall + Words{"--out", "k.json,k.csv,k.md", "--compare", "old.json"});
  EXPECT_TRUE(result.out.starts_with(text("k.md"))) << result.out;
  for (const char* words :
       {"Ceilings: copy", "commit", "| adam | 32x40 | fp32 | hot | 35840 |", "| column_sum | 32x40 |",
        "the machine differs: cpu, Some CPU then", "the version differs"})
    EXPECT_NE(result.out.find(words), std::string::npos) << words << "\n" << result.out;
  for (const char* words :
       {"\"gpu\": null", "\"op\": \"adam\"", "\"dtype\": \"fp32\"", "\"bytes\": 35840", "\"median_us\"",
        "\"percent_copy\"", "\"commit\"", "\"command\": \"cuvae bench --op adam,"})
    EXPECT_NE(text("k.json").find(words), std::string::npos) << words;
  EXPECT_TRUE(text("k.csv").starts_with("op,rows,cols,dtype,state,bytes,")) << text("k.csv");
  // Where the clock moved, as under sanitizers on a busy machine, the row is not judged.
  const bool judged = result.out.find("not judged: the clock moved") == std::string::npos;
  EXPECT_EQ(result.out.find("| slower |") != std::string::npos, judged) << result.out;
  EXPECT_EQ(result.exit_code, judged ? 1 : 0) << result.err;
}

TEST_F(Bench, RefusesWhatCannotBeCompared) {
  write_file(at("none.json"), "{}");
  expect_refusal(cuvae(kSmall + Words{"--compare", "none.json"}), 3, {"none.json", "cuvae bench --out"});
  expect_refusal(cuvae(kSmall + Words{"--compare", "missing.json"}), 3, {"missing.json"});
  write_file(at("adam.json"), results_of_another_machine("1", "90"));
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
      "\"$0\" bench --device cpu --threads 1 --rows 64 --cols 64 --out k.json --json > out 2> err & "
      "while [ ! -s k.json ]; do sleep 0.05; done; kill -TERM $!; wait $!; echo $? > code",
      cuvae_binary()};
  ASSERT_EQ(run_command(command, {at(".")}).exit_code, 0);
  EXPECT_EQ(text("code"), "75\n");
  EXPECT_NE(text("err").find("what was measured so far is in k.json"), std::string::npos) << text("err");
  EXPECT_NE(text("k.json").find("\"op\": \"load_rows\""), std::string::npos);
  EXPECT_EQ(text("out"), "");
}

TEST_F(Bench, ListsItsOps) {
  const CommandResult help = cuvae({"bench", "--help"});
  EXPECT_EQ(help.exit_code, 0);
  for (const char* op : {"load_rows", "sample_latent", "bernoulli_nll", "gaussian_nll_learned", "adam"})
    EXPECT_NE(help.out.find(op), std::string::npos) << op;
}

}  // namespace
}  // namespace cuvae::test
