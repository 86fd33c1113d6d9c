// Data that people bring: several files, patterns, tables, stdin.
#include "cli/cuvae.hpp"
#include "data/sample_files.hpp"

namespace cuvae::test {
namespace {

class OwnData : public CliTest {
 protected:
  void SetUp() override {
    for (int part = 0; part < 3; ++part) {
      std::vector<float> values(10 * 4);
      for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = static_cast<float>((i * 7 + part) % 10) / 10;
      write_file(at("part-" + std::to_string(part) + ".npy"),
                 npy_header("<f4", "(10, 4)") + bytes_of(values));
      all_ += bytes_of(values);
    }
    write_file(at("all.npy"), npy_header("<f4", "(30, 4)") + all_);
  }

  [[nodiscard]] std::string fingerprint(const std::string& run) const {
    const std::string table = done({"info", run + "/model.safetensors"});
    const std::size_t key = table.find("data_fingerprint");
    return table.substr(table.find('\n', key) - 16, 16);
  }
  void trained_on(const Words& data, const std::string& out) const {
    const Words tiny{"--hidden", "none", "--latent", "1", "--epochs", "1", "--out", out};
    const CommandResult result = cuvae(Words{"train"} + data + tiny);
    ASSERT_EQ(result.exit_code, 0) << result.err;
  }

  std::string all_;
};

TEST_F(OwnData, OfSeveralFilesIsThatOfOne) {
  trained_on({"all.npy"}, "one");
  trained_on({"part-0.npy", "part-1.npy", "part-2.npy"}, "several");
  trained_on({"part-*.npy"}, "pattern");
  EXPECT_EQ(weights("several/model.safetensors"), weights("one/model.safetensors"));
  EXPECT_EQ(fingerprint("several"), fingerprint("one"));
  EXPECT_EQ(fingerprint("pattern"), fingerprint("one"));
}

TEST_F(OwnData, OfSeveralFilesIsFoundAgainByTheConfiguration) {
  trained_on({"part-0.npy", "part-2.npy"}, "run");
  const CommandResult again = cuvae({"train", "--config", "run/config.toml", "--out", "again"});
  ASSERT_EQ(again.exit_code, 0) << again.err;
  EXPECT_EQ(weights("again/model.safetensors"), weights("run/model.safetensors"));
}

TEST_F(OwnData, EveryCommandTakesSeveralFilesAndWritesOverNoneOfThem) {
  trained_on({"all.npy"}, "run");
  const std::string model = "run/model.safetensors";
  EXPECT_NE(done({"encode", model, "part-0.npy", "part-1.npy", "--out", "z.npy"}).find("20 x 1"),
            std::string::npos);
  EXPECT_NE(done({"eval", model, "part-*.npy", "--json"}).find("\"rows\":30"), std::string::npos);
  expect_refusal(cuvae({"encode", model, "part-*.npy", "--out", "part-1.npy"}), 2,
                 {"part-1.npy", "its own input"});
}

TEST_F(OwnData, OnStdinIsNpy) {
  const Words command{"sh", "-c", "exec \"$0\" \"$@\" < all.npy", cuvae_binary(), "info", "-"};
  const CommandResult result = run_command(command, {at("."), {}});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_NE(result.out.find("from stdin"), std::string::npos) << result.out;
  expect_refusal(cuvae({"info", "-"}), 3, {"'-'", "empty"});
  const Words half{"sh", "-c", "head -c 200 all.npy | \"$0\" \"$@\"", cuvae_binary(), "info", "-"};
  expect_refusal(run_command(half, {at("."), {}}), 3, {"'-'", "truncated"});
}

TEST_F(OwnData, KeepsTheNamesOfItsColumns) {
  std::string table = "x,y,z\n", turned = "y,x,z\n", other = "x,q,z\n";
  for (int row = 0; row < 20; ++row)
    table += "0.5,0.25,1\n", turned += "0.25,0.5,1\n", other += "0.5,0.25,1\n";
  write_file(at("t.csv"), table), write_file(at("turned.csv"), turned), write_file(at("other.csv"), other);
  trained_on({"t.csv:x,y"}, "run");
  const std::string model = "run/model.safetensors";
  for (const char* file : {"t.csv:x,y", "turned.csv:x,y"})
    EXPECT_EQ(cuvae({"eval", model, file}).err, "") << file;
  EXPECT_EQ(done({"eval", model, "t.csv:x,y"}), done({"eval", model, "turned.csv:x,y"}));
  expect_refusal(cuvae({"eval", model, "turned.csv:!z"}), 3,
                 {"turned.csv:!z", "another order, y, x, than those of " + model + ", x, y"});
  const CommandResult noted = cuvae({"eval", model, "other.csv:!z"});
  EXPECT_EQ(noted.exit_code, 0) << noted.err;
  EXPECT_NE(noted.err.find("note: the columns of other.csv:!z are called x, q"), std::string::npos)
      << noted.err;
  expect_refusal(cuvae({"train", "t.csv:x,y", "--validation", "turned.csv:!z", "--out", "no"}), 3,
                 {"turned.csv:!z", "another order"});
  (void)done({"sample", model, "-n", "2", "--out", "s.csv"});
  (void)done({"reconstruct", model, "t.csv:x,y", "--out", "r.csv"});
  for (const char* file : {"s.csv", "r.csv"}) EXPECT_TRUE(text(file).starts_with("x,y\n")) << text(file);
}

TEST_F(OwnData, InATableMayHoldItsLabels) {
  std::string table = "x,y,class\n";
  for (int row = 0; row < 20; ++row) table += "0.5,0.25," + std::to_string(row % 3) + "\n";
  write_file(at("t.csv"), table);
  trained_on({"t.csv:x,y", "--labels", "t.csv:class"}, "run");
  EXPECT_NE(done({"eval", "run/model.safetensors", "t.csv:!class", "--labels", "t.csv:class", "--json"})
                .find("elbo"),
            std::string::npos);
  expect_refusal(cuvae({"train", "t.csv:x,z", "--out", "no"}), 3,
                 {"t.csv:x,z", "no column 'z'", "3 columns"});
}

}  // namespace
}  // namespace cuvae::test
