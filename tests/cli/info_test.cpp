// What info tells of data, and warns of.
#include <cmath>

#include "cli/cuvae.hpp"
#include "data/sample_files.hpp"
#include "data/sample_zip.hpp"
#include "src/io/json_line.hpp"
#include "src/io/npy_writer.hpp"

namespace cuvae::test {
namespace {

class Info : public CliTest {
 protected:
  // 200 rows of 4 columns, no two alike, all in [0, 1].
  static std::vector<float> good() {
    std::vector<float> values(200 * 4);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i * 7 % 997) / 997;
    return values;
  }
  void write(const std::string& name, const std::vector<float>& values, std::int64_t columns = 4) const {
    io::write_npy(at(name), values, std::vector<std::int64_t>{std::ssize(values) / columns, columns});
  }
  // The only warning there is about the values contains each part, and so does --json its kind.
  void expect_warning(const std::string& file, const std::string& kind, const Words& parts) const {
    SCOPED_TRACE(file);
    const std::string told = done({"info", file}), json = done({"info", file, "--json"});
    for (const std::string& part : parts)
      EXPECT_NE(told.find(part), std::string::npos) << part << " is not in\n" << told;
    EXPECT_NE(json.find("{\"kind\":\"" + kind + "\",\"what\":"), std::string::npos) << json;
    EXPECT_EQ(warnings(told), 1) << told;
  }
  static int warnings(const std::string& told) {
    int count = 0;
    for (std::size_t at = told.find("warning: "); at != std::string::npos;
         at = told.find("warning: ", at + 1))
      ++count;
    return count;
  }
};

TEST_F(Info, GoodDataHasNoWarning) {
  write("x.npy", good());
  const std::string told = done({"info", "x.npy"});
  for (const char* part : {"NPY, f32", "\nrows         200\n", "\ncolumns      4\n",
                           "\nvalues       from 0 to ", "mean 0.", "\nread as      the numbers they are",
                           "\non disk      3.2 KiB", "none: read from the file", "\nfingerprint  "})
    EXPECT_NE(told.find(part), std::string::npos) << part << " is not in\n" << told;
  EXPECT_EQ(warnings(told), 0) << told;
}

TEST_F(Info, Json) {
  write("x.npy", good());
  const std::string json = done({"info", "x.npy", "--json"});
  EXPECT_EQ(std::ranges::count(json, '\n'), 1);
  EXPECT_EQ(io::integer_field(json, "rows"), 200);
  EXPECT_EQ(io::integer_field(json, "nan"), 0);
  EXPECT_EQ(io::integer_field(json, "memory_bytes"), 0);
  EXPECT_EQ(io::integer_field(json, "disk_bytes"), 128 + 3200);
  for (const char* part : {"\"data\":\"x.npy\"", "\"type\":\"f32\"", "\"shape\":[200,4]", "\"warnings\":[]"})
    EXPECT_NE(json.find(part), std::string::npos) << part << " is not in\n" << json;
  trained("run");
  const std::string model = done({"info", "run/model.safetensors", "--json"});
  EXPECT_NE(model.find("\"encoder.0.weight\":[8,784]"), std::string::npos) << model;
  EXPECT_NE(model.find("\"model.latent\":\"3\""), std::string::npos) << model;
}

TEST_F(Info, WarnsOfWhatIsNoNumber) {
  std::vector<float> values = good();
  values[4 * 7 + 2] = values[4 * 9] = std::nanf("");
  write("nan.npy", values);
  expect_warning("nan.npy", "not-finite",
                 {"2 values are NaN", "row 7, column 2 (from 0)", "Training refuses"});
  expect_refusal(cuvae({"train", "nan.npy", "--out", "run"}), 3, {"row 7, column 2"});
  values[0] = HUGE_VALF;
  write("both.npy", values);
  const std::string told = done({"info", "both.npy"});
  EXPECT_NE(told.find("2 values are NaN or missing, 1 value is infinite"), std::string::npos) << told;
  EXPECT_NE(told.find("row 0, column 0 (from 0)"), std::string::npos) << told;
}

TEST_F(Info, WarnsOfMissingValuesByTheNameOfTheirColumn) {
  std::string table = "width,height\n";
  for (int i = 0; i < 150; ++i)
    table += std::to_string(i / 300.0) + "," + (i == 3 ? "" : std::to_string(i / 200.0)) + "\n";
  write_file(at("x.csv"), table);
  expect_warning("x.csv", "not-finite", {"1 value is NaN or missing", "row 3, column 1 ('height') (from 0)"});
}

TEST_F(Info, WarnsOfValuesThatMostLikelihoodsRefuse) {
  std::vector<float> values = good();
  values[4 * 5 + 1] = -0.25f;
  write("x.npy", values);
  expect_warning("x.npy", "outside-unit",
                 {"leave [0, 1]: row 5, column 1 (from 0) is -0.25", "gaussian or laplace"});
}

TEST_F(Info, WarnsOfPixelsThatAreNoBytes) {
  std::vector<float> values = good();
  for (float& value : values) value *= 255;
  values[0] = 255;
  write("x.npy", values);
  expect_warning("x.npy", "pixels", {"look like pixels", "--scale 1/255"});
}

TEST_F(Info, WarnsOfCounts) {
  std::vector<float> values = good();
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = std::floor(values[i] * 3);
  values[17] = 5000;
  write("x.npy", values);
  const std::string told = done({"info", "x.npy"});
  for (const char* part : {"look like counts", "up to 5000", "log1p"})
    EXPECT_NE(told.find(part), std::string::npos) << part << " is not in\n" << told;
  EXPECT_NE(done({"info", "x.npy", "--json"}).find("\"kind\":\"counts\""), std::string::npos);
}

TEST_F(Info, WarnsOfConstantColumns) {
  std::vector<float> values = good();
  for (std::size_t row = 0; row < 200; ++row) values[row * 4 + 2] = 0.25f;
  write("x.npy", values);
  expect_warning("x.npy", "constant-columns",
                 {"1 of 4 columns have one value in all rows: 2\n", "per-dimension"});
}

TEST_F(Info, WarnsOfZerosAlone) {
  std::vector<float> values(200);
  write("x.npy", values, 1);
  EXPECT_NE(done({"info", "x.npy"}).find("warning: all values are 0"), std::string::npos);
  EXPECT_EQ(done({"info", "x.npy"}).find("constant"), std::string::npos);
}

TEST_F(Info, WarnsOfRepeatedRows) {
  std::vector<float> values = good();
  std::copy_n(values.begin() + 4 * 3, 4, values.begin() + 4 * 150);
  write("x.npy", values);
  expect_warning("x.npy", "repeated-rows", {"row 150, as row 3", "validation"});
}

TEST_F(Info, WarnsOfFewerRowsThanABatch) {
  std::vector<float> values = good();
  values.resize(4 * 40);
  write("x.npy", values);
  expect_warning("x.npy", "few-rows", {"there are 40 rows, fewer than the 128 of a batch", "--batch"});
}

TEST_F(Info, OfNothingFiniteTellsNoRange) {
  write_file(at("x.csv"), "a,b\n1,NA\n2,NaN\n");
  const std::string text = done({"info", "x.csv:b"}), json = done({"info", "x.csv:b", "--json"});
  EXPECT_NE(text.find("none that is finite"), std::string::npos) << text;
  EXPECT_EQ(text.find("all values are 0"), std::string::npos) << text;
  EXPECT_NE(json.find("\"low\":null,\"high\":null,\"mean\":null"), std::string::npos) << json;
}

TEST_F(Info, WarnsOfWholeNumbersThatAreRounded) {
  write_file(at("x.csv"), "id,b\n20000001,1\n20000002,2\n20000003,3\n");
  const std::string text = done({"info", "x.csv"});
  EXPECT_NE(text.find("2 whole numbers are beyond 2^24"), std::string::npos) << text;
  EXPECT_NE(text.find("'table.csv:!id'"), std::string::npos) << text;
  EXPECT_NE(done({"convert", "x.csv", "x.npy"}).find("(2 whole numbers beyond 2^24 are rounded)"),
            std::string::npos);
  EXPECT_EQ(done({"convert", "x.csv:b", "x.npy"}).find("rounded"), std::string::npos);
}

TEST_F(Info, OfARunsFolderTellsOfItsModel) {
  trained("run");
  EXPECT_EQ(done({"info", "run"}), done({"info", "run/model.safetensors"}));
  expect_refusal(cuvae({"sample", "run", "--out", "s.npy"}), 3,
                 {"it is a folder", "run/model.safetensors, run/state.safetensors"});
  write_file(at("x.csv"), "1,2\n");
  expect_refusal(cuvae({"eval", "x.csv", "run/model.safetensors"}), 3,
                 {"'x.csv'", "it is data", "checkpoint first"});
}

TEST_F(Info, ListsTheArraysOfAnArchive) {
  const std::string labels = npy_header("|u1", "(200,)") + std::string(200, '\1');
  write("x.npy", good());
  write_file(at("x.npz"),
             zip_of({{"images.npy", text("x.npy")}, {"labels.npy", labels}, {"odd.npy", "no array"}}));
  const std::string told = done({"info", "x.npz"});
  for (const char* part : {"NPZ, 3 arrays", "images  [200, 4] <f4", "labels  [200] |u1",
                           "odd     its header cannot be read", "cuvae info x.npz:images\n"})
    EXPECT_NE(told.find(part), std::string::npos) << part << " is not in\n" << told;
  EXPECT_NE(done({"info", "x.npz", "--json"}).find("{\"name\":\"labels\",\"shape\":[200],\"type\":\"|u1\"}"),
            std::string::npos);
  EXPECT_NE(done({"info", "x.npz:images"}).find(" 200\n"), std::string::npos);
  expect_refusal(cuvae({"train", "x.npz", "--out", "run"}), 3, {"x.npz", "3 arrays"});
}

TEST_F(Info, ReadsPipesAndSeveralFiles) {
  write("x.npy", good());
  const CommandResult piped =
      run_command({"sh", "-c", "cat x.npy | \"$0\" info -", cuvae_binary()}, {at(".")});
  EXPECT_EQ(piped.exit_code, 0) << piped.err;
  EXPECT_NE(piped.out.find("from stdin"), std::string::npos) << piped.out;
  write("y.npy", good());
  EXPECT_EQ(done({"info", "x.npy", "y.npy"}), done({"info", "[xy].npy"}));
  const std::string both = done({"info", "[xy].npy"});
  EXPECT_NE(both.find("400\n"), std::string::npos) << both;
  EXPECT_NE(both.find("200 rows are the same"), std::string::npos) << both;
}

}  // namespace
}  // namespace cuvae::test
