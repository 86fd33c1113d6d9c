// Conditional models on the command line.
#include "cli/cuvae.hpp"
#include "data/sample_files.hpp"
#include "src/io/npy_writer.hpp"

namespace cuvae::test {
namespace {

class Labels : public CliTest {
 protected:
  // 512 pictures of builtin:shapes, each with a class of three or with two numbers.
  Labels() {
    std::vector<std::int32_t> classes;
    std::vector<float> numbers;
    for (std::int32_t row = 0; row < 512; ++row) {
      classes.push_back(row % 3);
      numbers.push_back(static_cast<float>(row % 5)), numbers.push_back(0.5f);
    }
    write_file(at("classes.npy"), npy_header("<i4", "(512,)") + bytes_of(classes));
    io::write_npy(at("numbers.npy"), numbers, std::vector<std::int64_t>{512, 2});
  }
  const std::string classes_ = "run/model.safetensors", numbers_ = "other/model.safetensors";
  void runs(const Words& arguments) const { EXPECT_NE(done(arguments), ""); }
  void train_both() const {
    trained("run", {"--labels", "classes.npy"});
    trained("other", {"--labels", "numbers.npy"});
  }
};

TEST_F(Labels, AreTrainedOnAndShown) {
  const CommandResult run = train("run", {"--labels", "classes.npy", "--validation", "builtin:shapes:512",
                                          "--validation-labels", "classes.npy"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_NE(run.out.find("classes.npy: 3 classes"), std::string::npos) << run.out;
  EXPECT_NE(run.out.find("best.safetensors --label 0 --out samples.png"), std::string::npos) << run.out;
  const std::string info = done({"info", classes_});
  for (const char* part : {"encoder.0.label_weight", "[8, 3]", "model.label_dim", "one-hot"})
    EXPECT_NE(info.find(part), std::string::npos) << part << "\n" << info;
  trained("again", {"--config", "run/config.toml", "--epochs", "2"});
  EXPECT_EQ(weights("again/model.safetensors"), weights(classes_)) << "the labels are in config.toml";
}

TEST_F(Labels, GoOnWhereTheyStopped) {
  trained("whole", {"--labels", "classes.npy"});
  trained("part", {"--labels", "classes.npy", "--max-steps", "5"});
  trained("part", {"--labels", "classes.npy", "--resume"});
  EXPECT_EQ(weights("part/state.safetensors"), weights("whole/state.safetensors"));
  EXPECT_EQ(text("part/samples.png"), text("whole/samples.png"));
}

TEST_F(Labels, AreTakenByEveryCommand) {
  train_both();
  for (const auto& [model, file, label] :
       {std::tuple{classes_, "classes.npy", "2"}, std::tuple{numbers_, "numbers.npy", "-1,0.25"}}) {
    const Words of_rows{"--labels", file}, one{"--label", label};
    const Words on_data{model, "builtin:shapes:512"};
    runs(Words{"eval"} + on_data + of_rows);
    runs(Words{"encode"} + on_data + of_rows + Words{"--out", "z.npy"});
    runs(Words{"reconstruct"} + on_data + of_rows + Words{"--out", "x.npy"});
    runs(Words{"reconstruct"} + on_data + of_rows + Words{"--out", "x.png"});
    runs(Words{"interpolate"} + on_data + of_rows + Words{"--rows", "0,1", "--out", "i.png"});
    runs(Words{"traverse"} + on_data + of_rows + Words{"--row", "4", "--out", "t.npy"});
    runs(Words{"traverse", model} + one + Words{"--out", "t.png"});
    runs(Words{"sample", model, "-n", "5"} + one + Words{"--out", "s.npy"});
    Vae vae = Vae::load(at(model).string(), Device::cpu(1));
    const std::vector<float> y =
        label == std::string("2") ? std::vector<float>{0, 0, 1} : std::vector<float>{-1, 0.25f};
    std::vector<float> all;
    for (int i = 0; i < 5; ++i) all.insert(all.end(), y.begin(), y.end());
    EXPECT_EQ(values_of("s.npy"), vae.sample(5, 0, 0, all));
  }
}

TEST_F(Labels, OfInterpolationsGoFromOneRowsToTheOthers) {
  train_both();
  runs({"interpolate", numbers_, "builtin:shapes:512", "--labels", "numbers.npy", "--rows", "1,4", "--steps",
        "2", "--out", "i.npy"});
  Vae vae = Vae::load(at(numbers_).string(), Device::cpu(1));
  const Dataset data = Dataset::open("builtin:shapes:512");
  std::vector<float> ends = row_of(data, 1);
  const std::vector<float> last = row_of(data, 4);
  ends.insert(ends.end(), last.begin(), last.end());
  const std::vector<float> labels{1, 0.5f, 4, 0.5f}, wanted = vae.reconstruct(ends, labels),
                                                     found = values_of("i.npy");
  ASSERT_EQ(found.size(), wanted.size());
  for (std::size_t i = 0; i < wanted.size(); ++i) ASSERT_NEAR(found[i], wanted[i], 1e-5f);
}

TEST_F(Labels, AreAskedForByAManifold) {
  trained("run", {"--labels", "classes.npy", "--latent", "2"});
  trained("other", {"--labels", "numbers.npy", "--latent", "2"});
  trained("plain", {"--latent", "2"});
  const Words small{"--steps", "2", "--out", "m.npy"};
  expect_refusal(cuvae(Words{"manifold", classes_} + small), 2,
                 {"--label is missing", "a class from 0 to 2"});
  expect_refusal(cuvae(Words{"manifold", numbers_, "--label", "1"} + small), 2, {"'1' is not 2 numbers"});
  expect_refusal(cuvae(Words{"manifold", "plain/model.safetensors", "--label", "1"} + small), 2,
                 {"--label", "without labels"});
  EXPECT_FALSE(std::filesystem::exists(at("m.npy")));

  constexpr float q = 0.6744897502f;  // the quantile of 3/4
  const std::vector<float> z{-q, q, q, q, -q, -q, q, -q};
  for (const auto& [model, label, one] : {std::tuple{classes_, "2", std::vector<float>{0, 0, 1}},
                                          std::tuple{numbers_, "-1,0.25", std::vector<float>{-1, 0.25f}}}) {
    runs(Words{"manifold", model, "--label", label} + small);
    std::vector<float> labels;
    for (int i = 0; i < 4; ++i) labels.insert(labels.end(), one.begin(), one.end());
    const std::vector<float> wanted = Vae::load(at(model).string(), Device::cpu(1)).decode(z, labels),
                             found = values_of("m.npy");
    ASSERT_EQ(found.size(), wanted.size());
    for (std::size_t i = 0; i < wanted.size(); ++i) ASSERT_NEAR(found[i], wanted[i], 1e-5f);
  }
}

TEST_F(Labels, AreRefusedWithAHint) {
  train_both();
  trained("plain");
  const std::string plain = "plain/model.safetensors", data = "builtin:shapes:512";
  io::write_npy(at("three.npy"), std::vector<float>(3 * 512), std::vector<std::int64_t>{512, 3});
  write_file(at("four.npy"), npy_header("<i4", "(512,)") + bytes_of(std::vector<std::int32_t>(512, 3)));
  const auto refused = [&](const Words& arguments, int code, const Words& parts) {
    SCOPED_TRACE(testing::PrintToString(arguments));
    expect_refusal(cuvae(arguments), code, parts);
  };
  refused({"eval", classes_, data}, 2, {"--labels is missing", "a class from 0 to 2", data});
  refused({"eval", numbers_, data}, 2, {"--labels is missing", "2 numbers"});
  refused({"eval", plain, data, "--labels", "classes.npy"}, 2, {"--labels", "without labels"});
  refused({"eval", classes_, "builtin:shapes:100", "--labels", "classes.npy"}, 3,
          {"512 labels for the 100 rows"});
  refused({"eval", classes_, data, "--labels", "numbers.npy"}, 3,
          {"2 columns", "the class of a row is one number"});
  refused({"eval", numbers_, data, "--labels", "three.npy"}, 3,
          {"three.npy: a label has 3 columns", "2 numbers"});
  refused({"eval", classes_, data, "--labels", "four.npy"}, 3, {"row 0", "of class 3", "0 to 2"});
  refused({"eval", classes_, data, "--labels", "none.npy"}, 3, {"none.npy"});
  refused({"sample", classes_, "--out", "s.png"}, 2, {"--label is missing", "--label 0"});
  refused({"sample", numbers_, "--out", "s.png"}, 2, {"--label is missing", "2 numbers"});
  refused({"sample", classes_, "--out", "s.png", "--label", "3"}, 2, {"--label", "no class 3", "0 to 2"});
  refused({"sample", classes_, "--out", "s.png", "--label", "one"}, 2, {"--label: 'one' is no whole number"});
  refused({"sample", numbers_, "--out", "s.png", "--label", "1"}, 2, {"--label: '1' is not 2 numbers"});
  refused({"sample", plain, "--out", "s.png", "--label", "1"}, 2, {"--label", "without labels"});
  refused({"traverse", classes_, "--labels", "classes.npy", "--out", "t.png"}, 2, {"--labels", "no DATA"});
  refused({"traverse", classes_, data, "--label", "1", "--out", "t.png"}, 2, {"--label", "--labels of DATA"});
  refused({"train", data, "--labels", "classes.npy", "--validation", data, "--out", "new"}, 2,
          {"--validation-labels"});
  refused({"train", data, "--validation-labels", "classes.npy", "--out", "new"}, 2,
          {"validation_labels", "add both"});
  refused(
      {"train", data, "--labels", "classes.npy", "--prior", "vamp", "--objective", "iwae", "--out", "new"}, 2,
      {"prior: vamp", "leave the labels out"});
  refused({"train", "builtin:shapes:64", "--labels", "classes.npy", "--out", "new"}, 3,
          {"512 labels for the 64 rows"});
  refused({"train", data, "--label-kind", "real", "--out", "new"}, 2, {"label_kind", "add --labels FILE"});
  refused({"train", data, "--labels", "numbers.npy", "--label-kind", "one-hot", "--out", "new"}, 3,
          {"numbers.npy", "2 columns"});
  refused({"train", data, "--labels", "classes.npy", "--label-kind", "reel", "--out", "new"}, 2,
          {"--label-kind", "'reel'", "did you mean 'real'?"});
  EXPECT_FALSE(std::filesystem::exists(at("new")));
}

TEST_F(Labels, ThatAreWordsAreKnownByThemFromThenOn) {
  std::string table = "kind\n", other = "kind\n", typo = "kind\n";
  for (std::int32_t row = 0; row < 512; ++row) {
    table += row % 3 == 0 ? "sail boat\n" : row % 3 == 1 ? "cat\n" : "zebra\n";
    other += row % 2 == 0 ? "zebra\n" : "sail boat\n";
    typo += row == 7 ? "zebar\n" : "zebra\n";
  }
  write_file(at("words.csv"), table), write_file(at("other.csv"), other), write_file(at("typo.csv"), typo);
  const CommandResult run = train("run", {"--labels", "words.csv", "--validation", "builtin:shapes:512",
                                          "--validation-labels", "other.csv"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_NE(run.out.find("words.csv: 3 classes: cat, sail boat, zebra"), std::string::npos) << run.out;
  EXPECT_NE(done({"info", classes_}).find("cat, sail boat, zebra"), std::string::npos);
  runs({"sample", classes_, "--label", "sail boat", "--out", "named.npy"});
  runs({"sample", classes_, "--label", "1", "--out", "numbered.npy"});
  EXPECT_EQ(values_of("named.npy"), values_of("numbered.npy"));
  const Words eval{"eval", classes_, "builtin:shapes:512", "--labels"};
  std::vector<std::int32_t> same;
  for (std::int32_t row = 0; row < 512; ++row) same.push_back(row % 2 == 0 ? 2 : 1);
  write_file(at("same.npy"), npy_header("<i4", "(512,)") + bytes_of(same));
  EXPECT_EQ(done(eval + Words{"other.csv"}), done(eval + Words{"same.npy"}))
      << "without a cat, zebra is still 2";
  expect_refusal(cuvae(eval + Words{"typo.csv"}), 3, {"typo.csv", "line 9", "Did you mean 'zebra'?"});
  expect_refusal(cuvae({"sample", classes_, "--label", "zebar", "--out", "s.npy"}), 2,
                 {"--label", "'zebar' is none of cat, sail boat, zebra", "did you mean 'zebra'?"});
  expect_refusal(cuvae({"sample", classes_, "--out", "s.npy"}), 2,
                 {"a class: cat, sail boat", "--label 'cat'"});
  trained("plain", {"--labels", "classes.npy"});
  expect_refusal(cuvae({"eval", "plain/model.safetensors", "builtin:shapes:512", "--labels", "words.csv"}), 3,
                 {"words, such as 'cat'", "from 0 to 2"});
}

// Ages are whole numbers and no classes: the run says so, and the model's files are then read likewise.
TEST_F(Labels, ThatAreWholeMayBeNumbers) {
  const CommandResult run = train("run", {"--labels", "classes.npy", "--label-kind", "real", "--validation",
                                          "builtin:shapes:512", "--validation-labels", "classes.npy"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_NE(run.out.find("classes.npy: 1 number"), std::string::npos) << run.out;
  runs({"eval", classes_, "builtin:shapes:512", "--labels", "classes.npy"});
  runs({"sample", classes_, "--label", "1.5", "--out", "s.npy"});
  trained("again", {"--config", "run/config.toml", "--epochs", "2"});
  EXPECT_EQ(weights("again/model.safetensors"), weights(classes_)) << "the kind is in config.toml";
}

}  // namespace
}  // namespace cuvae::test
