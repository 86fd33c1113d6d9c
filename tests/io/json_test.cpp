#include "src/io/json.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "io/python.hpp"
#include "src/io/json_line.hpp"
#include "support/test_data.hpp"

namespace cuvae::test {
namespace {

using io::JsonObject;

constexpr double kInf = std::numeric_limits<double>::infinity();

std::string line_of_everything() {
  const std::vector<std::int64_t> shape{2, -3};
  return JsonObject()
      .add("epoch", 3)
      .add("step", std::numeric_limits<std::int64_t>::min())
      .add("seed", std::numeric_limits<std::uint64_t>::max())
      .add("best", true)
      .add("device", "cpu")
      .add("path", std::string("a\"b\\c\n\r\t\x01\x7F"))
      .add("nothing", nullptr)
      .add("shape", std::span(shape))
      .add("none", std::span<const std::int64_t>())
      .add("train", JsonObject().add("elbo", -105.8).add("kl", 25.0))
      .add("empty", JsonObject())
      .str();
}

std::string text_of(double value) { return JsonObject().add("x", value).str(); }
std::string text_of(std::string_view value) { return JsonObject().add("x", value).str(); }

TEST(JsonObject, Everything) {
  EXPECT_EQ(line_of_everything(),
            R"({"epoch":3,"step":-9223372036854775808,"seed":18446744073709551615,"best":true,)"
            R"("device":"cpu","path":"a\"b\\c\n\r\t\u0001\u007f","nothing":null,"shape":[2,-3],"none":[],)"
            R"("train":{"elbo":-105.8,"kl":25.0},"empty":{}})");
}

TEST(JsonObject, DoublesAreShortAndExact) {
  EXPECT_EQ(text_of(0.1), R"({"x":0.1})");
  EXPECT_EQ(text_of(1.0 / 3), R"({"x":0.3333333333333333})");
  EXPECT_EQ(text_of(0.1 + 0.2), R"({"x":0.30000000000000004})");
  EXPECT_EQ(text_of(1e22), R"({"x":1e+22})");
  EXPECT_EQ(text_of(5), R"({"x":5.0})");
  EXPECT_EQ(text_of(-0.0), R"({"x":-0.0})");
  EXPECT_EQ(text_of(5e-324), R"({"x":5e-324})");
  EXPECT_EQ(text_of(kInf), R"({"x":null})");
  EXPECT_EQ(text_of(-kInf), R"({"x":null})");
  EXPECT_EQ(text_of(std::numeric_limits<double>::quiet_NaN()), R"({"x":null})");
}

TEST(JsonObject, WhatIsNotUtf8IsReplaced) {
  const auto expect_text = [](std::string_view bytes, const std::string& text) {
    EXPECT_EQ(text_of(bytes), "{\"x\":\"" + text + "\"}");
  };
  const std::string bad = "\xEF\xBF\xBD";
  for (const char* good : {"\u00E9", "\u20AC", "\U0001F600", "\uD7FF", "\uFFFF", "\U0010FFFF"}) {
    expect_text(good, good);
  }
  expect_text("a\xFFz", "a" + bad + "z");
  expect_text("\x80", bad);
  expect_text("\xC0\x80", bad + bad);                      // overlong
  expect_text("\xE0\x80\x80", bad + bad + bad);            // overlong
  expect_text("\xED\xA0\x80", bad + bad + bad);            // a surrogate
  expect_text("\xF4\x90\x80\x80", bad + bad + bad + bad);  // above U+10FFFF
  expect_text("\xC3", bad);                                // cut off
  expect_text("\xE2\x82z", bad + bad + "z");
  expect_text(std::string_view("\0", 1), "\\u0000");
}

TEST(JsonObject, PythonReadsTheSame) {
  const TempDir folder;
  const auto path = folder.path / "line.json";
  write_file(path, line_of_everything() + "\n" + text_of(0.1 + 0.2) + "\n" + text_of("\xFF\"\\\x1F") + "\n");
  const auto printed = run_python(
      {"-c",
       "import json, sys\nfor line in open(sys.argv[1], encoding='utf-8'): print(ascii(json.loads(line)))",
       path.string()});
  if (!printed) GTEST_SKIP() << kNoPython;
  EXPECT_EQ(
      *printed,
      R"({'epoch': 3, 'step': -9223372036854775808, 'seed': 18446744073709551615, 'best': True, )"
      R"('device': 'cpu', 'path': 'a"b\\c\n\r\t\x01\x7f', 'nothing': None, 'shape': [2, -3], 'none': [], )"
      R"('train': {'elbo': -105.8, 'kl': 25.0}, 'empty': {}})"
      "\n{'x': 0.30000000000000004}\n{'x': '\\ufffd\"\\\\\\x1f'}\n");
}

TEST(IntegerField, OfTheOutermostObjectOnly) {
  const std::string line = line_of_everything();
  EXPECT_EQ(io::integer_field(line, "epoch"), 3);
  EXPECT_EQ(io::integer_field(line, "step"), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(io::integer_field(line, "seed"), std::nullopt);  // over 2^63
  for (const char* key : {"best", "device", "nothing", "shape", "train", "kl", "absent"}) {
    EXPECT_EQ(io::integer_field(line, key), std::nullopt) << key;
  }
  EXPECT_EQ(io::integer_field(R"({"train":{"step":1},"shape":[2],"step":7})", "step"), 7);
  EXPECT_EQ(io::integer_field(R"({"step":7.0})", "step"), std::nullopt);
}

TEST(IntegerField, OfNoJson) {
  const std::string line = R"({"step":7,"train":{"elbo":-105.8}})";
  for (std::size_t size = 0; size < line.size(); ++size) {
    EXPECT_EQ(io::integer_field(line.substr(0, size), "step"), std::nullopt) << size;
  }
  EXPECT_EQ(io::integer_field(line + "\n", "step"), 7);
  EXPECT_EQ(io::integer_field(R"({"step":7,"step":8})", "step"), std::nullopt);
  EXPECT_EQ(io::integer_field("[7]", "step"), std::nullopt);
  EXPECT_EQ(io::integer_field("7", "step"), std::nullopt);
  EXPECT_EQ(io::integer_field("\xFF\xFE", "step"), std::nullopt);
}

TEST(ReadJson, Depth) {
  struct Nothing final : io::JsonEvents {
    void begin_object() override {}
    void end_object() override {}
    void begin_array() override {}
    void end_array() override {}
    void key(std::string) override {}
    void scalar(io::JsonScalar) override {}
  } events;
  EXPECT_EQ(io::read_json("[[[[1]]],[[]]]", events), std::nullopt);
  EXPECT_EQ(io::read_json("[[[[[1]]]]]", events), "it is nested deeper than 4 levels");
  EXPECT_EQ(io::read_json(std::string(100'000, '['), events), "it is nested deeper than 4 levels");
  EXPECT_EQ(io::read_json(R"([{"a":1,"b":2},{"a":1}])", events), std::nullopt);
}

}  // namespace
}  // namespace cuvae::test
