// A trained model in use: eval, sample, reconstruct, encode, info, devices.
#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "cli/cuvae.hpp"
#include "cuvae/dataset.hpp"
#include "data/sample_files.hpp"
#include "src/io/json_line.hpp"
#include "src/io/npy_writer.hpp"

namespace cuvae::test {
namespace {

class Use : public CliTest {
 protected:
  void SetUp() override { trained("run"); }
  const std::string model_ = "run/model.safetensors";
};

double number_field(const std::string& json, const std::string& key) {
  const std::size_t place = json.find("\"" + key + "\":");
  if (place == std::string::npos) return std::nan("");
  return std::strtod(json.c_str() + place + key.size() + 3, nullptr);
}

TEST_F(Use, EvalPrintsOneJsonObject) {
  const std::string json = done({"eval", model_, "builtin:shapes:100", "--json", "--seed", "5"});
  EXPECT_EQ(std::ranges::count(json, '\n'), 1);
  EXPECT_EQ(io::integer_field(json, "rows"), 100);
  EXPECT_EQ(io::integer_field(json, "latent"), 3);
  EXPECT_EQ(io::integer_field(json, "seed"), 5);
  EXPECT_TRUE(io::integer_field(json, "active_units"));
  EXPECT_NEAR(number_field(json, "elbo"), number_field(json, "reconstruction") - number_field(json, "kl"),
              1e-6);
  EXPECT_LT(number_field(json, "elbo"), 0.0);
}

TEST_F(Use, EvalIsTheLibrarysEvaluation) {
  const std::string json = done({"eval", model_, "builtin:shapes:100", "--json"});
  Vae vae = Vae::load(at(model_).string(), Device::cpu(1));
  const Evaluation expected = vae.evaluate(Dataset::open("builtin:shapes:100"));
  EXPECT_EQ(number_field(json, "elbo"), expected.mean.elbo);
}

// Those of builtin:shapes are known; others stand in a file.
TEST_F(Use, EvalTellsTheInformationGapOfFactors) {
  const std::string json = done({"eval", model_, "builtin:shapes:100", "--json"});
  Vae vae = Vae::load(at(model_).string(), Device::cpu(1));
  const Dataset data = Dataset::open("builtin:shapes:100");
  const Evaluation expected = vae.evaluate(data, {.factors = data.known_factors()});
  EXPECT_EQ(number_field(json.substr(json.find("\"mig\"")), "mean"), expected.information_gap->mean);
  EXPECT_EQ(number_field(json.substr(json.find("\"size\"")), "gap"),
            expected.information_gap->factors[3].gap);
  const std::string table = done({"eval", model_, "builtin:shapes:100"});
  for (const char* part :
       {"\nmig ", "of 100 rows)", "\n  each to N(0, 1) ", "\n  kind ", "\n  angle ", " nats z"})
    EXPECT_NE(table.find(part), std::string::npos) << part << " is not in\n" << table;

  std::vector<float> rows(20 * 784);
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = static_cast<float>(i % 7) / 7;
  io::write_npy(at("rows.npy"), rows, std::vector<std::int64_t>{20, 784});
  EXPECT_EQ(done({"eval", model_, "rows.npy", "--json"}).find("mig"), std::string::npos);
  const auto factors = [&](const std::string& name, const std::string& shape, std::size_t rows_and_columns) {
    std::vector<std::uint8_t> levels(rows_and_columns);
    for (std::size_t i = 0; i < levels.size(); ++i) levels[i] = static_cast<std::uint8_t>(i / 2 % 2);
    write_file(at(name), npy_header("|u1", shape) + bytes_of(levels));
  };
  factors("two.npy", "(20, 2)", 40), factors("few.npy", "(19, 2)", 38);
  write_file(at("constant.npy"), npy_header("|u1", "(20, 1)") + std::string(20, '\3'));
  EXPECT_NE(done({"eval", model_, "rows.npy", "--factors", "two.npy"}).find("\n  factor 1 "),
            std::string::npos);
  const auto refused = [&](const char* file, const Words& parts) {
    expect_refusal(cuvae({"eval", model_, "rows.npy", "--factors", file}), 3, parts);
  };
  refused("few.npy", {"few.npy", "19 rows", "20"});
  refused("constant.npy", {"constant.npy", "no factor varies"});
  refused("rows.npy", {"rows.npy", "f32", "integers"});
}

TEST_F(Use, EvalCanBinarizeOtherwise) {
  const std::string plain = done({"eval", model_, "builtin:shapes:100", "--json"});
  const std::string binary =
      done({"eval", model_, "builtin:shapes:100", "--json", "--binarize", "threshold"});
  EXPECT_NE(number_field(plain, "elbo"), number_field(binary, "elbo"));
  EXPECT_NE(binary.find("\"binarize\":\"threshold\""), std::string::npos);
}

TEST_F(Use, SamplesArePicturesOrNumbers) {
  (void)done({"sample", model_, "--out", "s.png"});
  EXPECT_TRUE(text("s.png").starts_with("\x89PNG"));
  (void)done({"sample", model_, "-n", "5", "--out", "s.npy", "--seed", "9"});
  const Dataset samples = Dataset::open(at("s.npy").string());
  EXPECT_EQ(samples.rows(), 5);
  EXPECT_EQ(samples.cols(), 784);
  Vae vae = Vae::load(at(model_).string(), Device::cpu(1));
  std::vector<float> row(784);
  samples.read_row(0, row);
  const std::vector<float> expected = vae.sample(5, 9);
  EXPECT_TRUE(std::equal(row.begin(), row.end(), expected.begin()));
}

TEST_F(Use, SamplesAreTheSameInAnyBatches) {
  (void)done({"sample", model_, "-n", "200", "--out", "whole.npy"});
  (void)done({"sample", model_, "-n", "200", "--out", "pieces.npy", "--batch", "64"});
  EXPECT_EQ(text("whole.npy"), text("pieces.npy"));
}

TEST_F(Use, AResultNeverReplacesItsOwnInput) {
  (void)done({"encode", model_, "builtin:shapes:5", "--out", "z.npy"});
  const std::string before = text("z.npy"), model = text(model_);
  std::filesystem::create_hard_link(at(model_), at("model.npy"));
  expect_refusal(cuvae({"encode", model_, "z.npy", "--out", "./z.npy"}), 2, {"--out", "own input"});
  expect_refusal(cuvae({"sample", model_, "--out", "model.npy"}), 2, {"--out", "own input"});
  EXPECT_EQ(text("z.npy"), before);
  EXPECT_EQ(text(model_), model);
}

TEST_F(Use, AResultNeverReplacesLabelsOrFactors) {
  const std::string levels = npy_header("|u1", "(512, 1)") + std::string(256, '\0') + std::string(256, '\1');
  write_file(at("levels.npy"), levels);
  std::filesystem::create_hard_link(at("levels.npy"), at("same.npy"));
  trained("labelled", {"--labels", "levels.npy"});
  const std::string data = "builtin:shapes:512", labelled = "labelled/model.safetensors";
  const auto refused = [&](const Words& arguments, const char* flag) {
    SCOPED_TRACE(testing::PrintToString(arguments));
    expect_refusal(cuvae(arguments), 2,
                   {std::string("error: ") + flag + ": 'same.npy' would replace its own input"});
    EXPECT_EQ(text("levels.npy"), levels);
  };
  refused({"encode", labelled, data, "--labels", "levels.npy", "--out", "same.npy"}, "--out");
  refused({"reconstruct", labelled, data, "--labels", "levels.npy", "--out", "same.npy"}, "--out");
  refused({"eval", labelled, data, "--labels", "levels.npy", "--per-row", "same.npy"}, "--per-row");
  expect_refusal(cuvae({"eval", model_, data, "--per-row", "rows.txt"}), 2,
                 {"error: --per-row: 'rows.txt' must end in .npy, .npz, .csv"});
  refused({"eval", model_, data, "--factors", "levels.npy", "--per-row", "same.npy"}, "--per-row");
  refused({"eval", model_, "levels.npy", "--per-row", "same.npy"}, "--per-row");
}

TEST_F(Use, AModelThatHasDivergedIsNoResult) {
  trained("far", {"--lr", "1e30", "--max-steps", "2"});
  const CommandResult result = cuvae({"eval", "far/model.safetensors", "builtin:shapes:20", "--json"});
  expect_refusal(result, 5, {"far/model.safetensors", "not finite"});
  EXPECT_EQ(result.out, "");
}

TEST_F(Use, ACheckpointNamesWhatItWasTrainedOn) {
  trained("validated", {"--validation", "builtin:shapes:100"});
  const std::string model = done({"info", "validated/model.safetensors"});
  EXPECT_NE(model.find("builtin:shapes:512"), std::string::npos) << model;
  EXPECT_EQ(model.find("builtin:shapes:100"), std::string::npos) << model;
}

TEST_F(Use, NamesThatLookLikeOptionsStandAfterTwoDashes) {
  std::filesystem::copy_file(at(model_), at("-model"));
  EXPECT_NE(done({"info", "--", "-model"}).find("checkpoint"), std::string::npos);
  (void)done({"encode", "--out", "z.npy", "--", "-model", "builtin:shapes:3"});
}

TEST_F(Use, InfoDoesNotWaitForAPipe) {
  ASSERT_EQ(run_command({"mkfifo", at("pipe").string()}).exit_code, 0);
  expect_refusal(cuvae({"info", "pipe"}), 3, {"pipe", "no regular file"});
}

TEST_F(Use, APictureTakesOnlySoManySamples) {
  expect_refusal(cuvae({"sample", model_, "-n", "10001", "--out", "s.png"}), 2, {"-n", "10000", ".npy"});
}

TEST_F(Use, StoppedByASignalItLeavesNothing) {
  const Words before = files();
  const Words command{"timeout", "--preserve-status", "--signal=TERM", "--kill-after=10",
                      "2",       cuvae_binary(),      "sample",        model_,
                      "-n",      "1000000000",        "--out",         "s.npy"};
  const CommandResult result = run_command(command, {at(".")});
  EXPECT_EQ(result.exit_code, 75) << result.err;
  EXPECT_NE(result.err.find("nothing was written"), std::string::npos) << result.err;
  EXPECT_EQ(files(), before);
}

TEST_F(Use, ReconstructionsArePairsOrAllRows) {
  (void)done({"reconstruct", model_, "builtin:shapes:40", "--out", "r.png"});
  EXPECT_TRUE(text("r.png").starts_with("\x89PNG"));
  (void)done({"reconstruct", model_, "builtin:shapes:40", "--out", "r.npy", "--batch", "7"});
  EXPECT_EQ(Dataset::open(at("r.npy").string()).rows(), 40);
}

// But for rounding: the BLAS sums a row in an order that depends on where in a batch it stands.
TEST_F(Use, EncodingsDoNotDependOnTheBatch) {
  (void)done({"encode", model_, "builtin:shapes:50", "--out", "a.npy"});
  (void)done({"encode", model_, "builtin:shapes:50", "--out", "b.npy", "--batch", "7"});
  const std::vector<float> a = values_of("a.npy"), b = values_of("b.npy");
  ASSERT_EQ(a.size(), 150u);
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], 1e-6f);
  (void)done({"encode", model_, "builtin:shapes:50", "--with-log-var", "--out", "c.npy"});
  const std::vector<float> both = values_of("c.npy");
  ASSERT_EQ(both.size(), 300u);
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_EQ(a[i], both[i / 3 * 6 + i % 3]);
}

TEST_F(Use, InfoTellsCheckpointsFromData) {
  const std::string model = done({"info", model_});
  for (const char* part : {"encoder.0.weight", "[8, 784]", "model.latent", "builtin:shapes:512", "created"}) {
    EXPECT_NE(model.find(part), std::string::npos) << part << " is not in\n" << model;
  }
  const std::string data = done({"info", "builtin:shapes:40"});
  for (const char* part : {"40", "784", "28 x 28", "from 0 to 1", "fingerprint"})
    EXPECT_NE(data.find(part), std::string::npos) << data;
}

TEST_F(Use, DevicesAreListedWithReasons) {
  const std::string devices = done({"devices"});
  EXPECT_NE(devices.find("cpu"), std::string::npos) << devices;
}

}  // namespace
}  // namespace cuvae::test
