// Results as files, and files that are none.
#include "bench/kernels/report_file.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "bench/samples.hpp"
#include "cuvae/error.hpp"
#include "support/test_data.hpp"

namespace cuvae::bench {
namespace {

class ReportFile : public testing::Test {
 protected:
  std::filesystem::path file(const std::string& text) {
    const std::filesystem::path path = directory_.path / "results.json";
    std::ofstream(path) << text;
    return path;
  }
  std::string refusal(const std::string& text) {
    try {
      static_cast<void>(read_report(file(text)));
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Errc::data);
      EXPECT_NE(std::string(error.what()).find("results.json"), std::string::npos) << error.what();
      return error.what();
    }
    return "it was read";
  }

 private:
  cuvae::test::TempDir directory_;
};

TEST_F(ReportFile, IsReadAsItWasWritten) {
  const Report written = made_up::report({made_up::row("adam", 12.5, 96, 2), made_up::row("sgd", 3, 91, 1)});
  const Report read = read_report(file(as_json(written)));
  EXPECT_EQ(read.version, written.version);
  EXPECT_EQ(read.commit, written.commit);
  EXPECT_EQ(read.facts.device, written.facts.device);
  EXPECT_EQ(read.facts.name, written.facts.name);
  EXPECT_EQ(read.facts.driver, written.facts.driver);
  ASSERT_EQ(read.rows.size(), 2u);
  EXPECT_EQ(read.rows[0].op, "adam");
  EXPECT_EQ(read.rows[0].shape, (Shape{128, 784}));
  EXPECT_EQ(read.rows[0].median_us, 12.5);
  EXPECT_EQ(read.rows[0].noise_percent, 2);
  EXPECT_EQ(read.rows[1].percent_copy, 91);
}

TEST_F(ReportFile, OfACpuNamesNoGpu) {
  Report report = made_up::report({});
  EXPECT_NE(as_json(report).find("\"gpu\": \"Some GPU\""), std::string::npos);
  report.facts = {.device = "cpu", .name = "Some CPU", .driver = ""};
  EXPECT_NE(as_json(report).find("\"gpu\": null"), std::string::npos);
}

TEST_F(ReportFile, ThatIsNoneIsRefused) {
  EXPECT_NE(refusal("").find("no results of cuvae bench"), std::string::npos);
  EXPECT_NE(refusal("{}").find("format"), std::string::npos);
  EXPECT_NE(refusal("[1, 2]").find("no results of cuvae bench"), std::string::npos);
  EXPECT_NE(refusal(R"({"format": "new"})").find("no results of cuvae bench"), std::string::npos);
  EXPECT_NE(refusal(std::string(100, '[')).find("nested too deep"), std::string::npos);
  std::string cut = as_json(made_up::report({made_up::row("adam", 12.5, 96)}));
  EXPECT_NE(refusal(cut.substr(0, cut.size() / 2)).find("no results of cuvae bench"), std::string::npos);
}

TEST_F(ReportFile, OfAnotherFormatSaysSo) {
  std::string text = as_json(made_up::report({}));
  text.replace(text.find("\"format\": 1"), 11, "\"format\": 2");
  EXPECT_NE(refusal(text).find("it is in format 2, this cuvae reads 1"), std::string::npos);
}

TEST_F(ReportFile, WithATimeThatIsNoneIsRefused) {
  EXPECT_NE(
      refusal(as_json(made_up::report({made_up::row("adam", 0, 96)}))).find("row 1 has a time that is none"),
      std::string::npos);
  EXPECT_NE(refusal(as_json(made_up::report({made_up::row("adam", 1, 96), made_up::row("sgd", 1, -1)})))
                .find("row 2"),
            std::string::npos);
}

}  // namespace
}  // namespace cuvae::bench
