// The curves of runs: the picture that training leaves, and cuvae curves.
#include <algorithm>

#include "cli/cuvae.hpp"

namespace cuvae::test {
namespace {

class Curves : public CliTest {
 protected:
  // The picture of these runs.
  [[nodiscard]] std::string curves(const Words& runs) const {
    (void)done(Words{"curves"} + runs + Words{"--out", "c.png"});
    const std::string bytes = text("c.png");
    std::filesystem::remove(at("c.png"));
    EXPECT_TRUE(bytes.starts_with("\x89PNG"));
    return bytes;
  }
  // A file of this name, so that the title is the same.
  [[nodiscard]] std::string curves_of(const std::string& metrics) const {
    write_file(at("m.jsonl"), metrics);
    return curves({"m.jsonl"});
  }
};

// Of one epoch, whose numbers are the parts of the ELBO.
std::string line(std::int64_t epoch, double reconstruction, double kl, const std::string& more = "") {
  const auto number = [](double value) { return std::to_string(value); };
  return "{\"epoch\":" + std::to_string(epoch) + ",\"step\":" + std::to_string(8 * epoch) +
         ",\"train\":{\"elbo\":" + number(reconstruction - kl) +
         ",\"reconstruction\":" + number(reconstruction) + ",\"kl\":" + number(kl) + "}" + more + "}\n";
}

TEST_F(Curves, OfARunAreInItsFolder) {
  trained("run", {"--validation-fraction", "0.25"});
  EXPECT_EQ(text("run/curves.png"), curves({"run"}));
  trained("other");
  EXPECT_NE(text("run/curves.png"), text("other/curves.png"));
}

TEST_F(Curves, OfAResumedRunBeginWithItsFirstEpoch) {
  trained("run", {"--epochs", "4"});
  std::filesystem::rename(at("run"), at("whole"));
  trained("run", {"--epochs", "4", "--max-steps", "19"});
  EXPECT_NE(text("run/curves.png"), text("whole/curves.png"));
  trained("run", {"--epochs", "4", "--resume"});
  EXPECT_EQ(text("run/curves.png"), text("whole/curves.png"));
}

TEST_F(Curves, OfARunAreFoundByItsFolderOrItsFile) {
  trained("run");
  const std::string expected = text("run/curves.png");
  for (const char* name : {"run", "run/", "./run//", "run/metrics.jsonl"})
    EXPECT_EQ(curves({name}), expected) << name;
}

TEST_F(Curves, OfSeveralRunsAreDrawnOverEachOther) {
  write_file(at("a.jsonl"), line(1, -100, 10) + line(2, -90, 12));
  write_file(at("b.jsonl"), line(1, -95, 10) + line(2, -80, 15));
  const std::string both = curves({"a.jsonl", "b.jsonl"});
  EXPECT_NE(both, curves({"a.jsonl"}));
  EXPECT_NE(both, curves({"a.jsonl", "a.jsonl"}));
  EXPECT_NE(both, curves({"b.jsonl", "a.jsonl"}));
  EXPECT_TRUE(done({"curves", "--out", "c.png", "a.jsonl", "b.jsonl"}).starts_with("2 runs: c.png"));
}

TEST_F(Curves, ShowEachOfTheNumbers) {
  const std::string validated = ",\"validation\":{\"elbo\":-103.5,\"reconstruction\":-92.25,\"kl\":11.25}";
  const std::string all = line(1, -100, 10, validated) + line(2, -90, 12, validated),
                    expected = curves_of(all);
  EXPECT_NE(curves_of(line(1, -100, 10) + line(2, -90, 12)), expected);
  for (const std::string number : {"epoch\":2", "elbo\":-102", "reconstruction\":-90", "kl\":12",
                                   "elbo\":-103", "reconstruction\":-92", "kl\":11"}) {
    std::string other = all;
    other.replace(other.rfind(number) + number.size() - 1, 1, "4");
    ASSERT_NE(other, all);
    EXPECT_NE(curves_of(other), expected) << number << " is not shown";
  }
}

TEST_F(Curves, ShowNoOtherNumbers) {
  const std::string first = line(1, -100, 10), second = line(2, -90, 12);
  std::string deeper = second;
  deeper.replace(deeper.find("}}"), 1, ",\"best\":{\"kl\":7}}");
  EXPECT_EQ(curves_of(first + deeper), curves_of(first + second));
  EXPECT_EQ(curves_of(first + line(2, -90, 12, ",\"more\":[{\"kl\":3}],\"kl\":4")),
            curves_of(first + second));
}

TEST_F(Curves, ANumberThatIsNoNumberIsAGap) {
  const std::string null = "{\"epoch\":2,\"train\":{\"elbo\":null,\"reconstruction\":null,\"kl\":null}}\n";
  const std::string first = line(1, -100, 10), third = line(3, -90, 12);
  EXPECT_NE(curves_of(first + null + third), curves_of(first + third));
  (void)curves_of(null);
}

TEST_F(Curves, PassOverLinesThatAreNone) {
  const std::string whole = line(1, -100, 10) + line(2, -90, 12) + line(3, -85, 13);
  const std::string expected = curves_of(whole);
  EXPECT_EQ(curves_of(whole + "{\"epoch\":4,\"tra"), expected) << "a line that was cut short";
  EXPECT_EQ(curves_of("\n" + whole + "{\"epoch\":4}\n[4]\nnothing\n"), expected);
  EXPECT_EQ(curves_of(line(0, -1, 1) + whole + line(2000000000, -1, 1) + line(-4, -1, 1)), expected);
  EXPECT_EQ(
      curves_of(line(1, -100, 10) + line(2, -70, 9) + line(3, -60, 9) + line(2, -90, 12) + line(3, -85, 13)),
      expected)
      << "what was done again counts";
}

TEST_F(Curves, NeedARun) {
  write_file(at("empty.jsonl"), "");
  write_file(at("other.json"), "{\"rows\":[1,2]}\n");
  std::filesystem::create_directory(at("folder"));
  const Words before = files();
  const auto refused = [&](const std::string& run, const Words& message) {
    expect_refusal(cuvae({"curves", run, "--out", "c.png"}), 3, message);
  };
  refused("absent", {"absent", "No such file"});
  refused("folder", {"folder/metrics.jsonl", "No such file"});
  refused("empty.jsonl", {"empty.jsonl", "no epoch"});
  refused("other.json", {"other.json", "no epoch", "metrics.jsonl"});
  EXPECT_EQ(files(), before);
  write_file(at("m.png"), line(1, -100, 10));
  expect_refusal(cuvae({"curves", "m.png", "--out", "./m.png"}), 2, {"--out", "own input"});
}

TEST_F(Curves, ThatCannotBeWrittenAreAnError) {
  write_file(at("a.jsonl"), line(1, -100, 10));
  expect_refusal(cuvae({"curves", "a.jsonl", "--out", "absent/c.png"}), 3, {"absent/c.png"});
}

}  // namespace
}  // namespace cuvae::test
