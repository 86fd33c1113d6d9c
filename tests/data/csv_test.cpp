// Tables of numbers in text.
#include <cmath>
#include <limits>

#include "data/allocation_watch.hpp"
#include "data/sample_files.hpp"
#include "src/core/table_number.hpp"
#include "src/data/csv_stream.hpp"
#include "src/data/dataset_impl.hpp"
#include "src/data/open_stream.hpp"

namespace cuvae::test {
namespace {

using Floats = std::vector<float>;
using Table = std::vector<Floats>;

Table table_of(const Dataset& data) {
  Table table;
  for (std::int64_t row = 0; row < data.rows(); ++row) table.push_back(row_of(data, row));
  return table;
}

Table read(std::string_view text, const std::string& part = "", std::string_view name = "t.csv") {
  const SampleFile file(name, text);
  return table_of(Dataset::open(part.empty() ? file.path() : file.path() + ":" + part));
}

// Opening the columns `part` of a table is refused with these words.
void expect_table_refused(std::string_view text, const std::string& part, std::vector<std::string> parts) {
  const SampleFile file("t.csv", text);
  const std::string spec = part.empty() ? file.path() : file.path() + ":" + part;
  parts.push_back(file.path());
  expect_error(Errc::data, parts, [&] { Dataset::open(spec).require_finite(); });
}

TEST(CsvNumber, IsRoundedOnceToTheNearestFloat) {
  using core::to_float;
  EXPECT_EQ(to_float("12"), 12.0f);
  EXPECT_EQ(to_float(" -0.5 "), -0.5f);
  EXPECT_EQ(to_float("+1e-3"), 1e-3f);
  EXPECT_EQ(to_float(".5"), 0.5f);
  EXPECT_EQ(to_float("5."), 5.0f);
  EXPECT_EQ(to_float("16777217"), 16777216.0f);
  EXPECT_EQ(to_float("0.1"), 0.1f);
  // Half-way between two floats and a little more: by way of double it would be rounded to even.
  EXPECT_EQ(to_float("1.00000017881393432617187500001"), 1.00000023841857910f);
  EXPECT_EQ(to_float("1e300"), std::numeric_limits<float>::infinity());
  EXPECT_EQ(to_float("-1e999"), -std::numeric_limits<float>::infinity());
  EXPECT_EQ(to_float("1e-300"), 0.0f);
  EXPECT_EQ(to_float("1e-999"), 0.0f);
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const std::string zeros(400, '0');
  EXPECT_EQ(to_float("0.5e400"), kInfinity);
  EXPECT_EQ(to_float("1" + zeros + "e-1"), kInfinity);
  EXPECT_EQ(to_float("00." + zeros + "1"), 0.0f);
  EXPECT_EQ(to_float("-0." + zeros + "1e+800"), -kInfinity);
  EXPECT_EQ(to_float("7" + zeros + "e-99999999999999999999"), 0.0f);
  EXPECT_EQ(to_float("-inf"), -std::numeric_limits<float>::infinity());
  EXPECT_EQ(to_float("1e-45"), 1e-45f);
}

TEST(CsvNumber, OrIsMissing) {
  for (const char* word : {"", "  ", "NA", "n/a", "NaN", "null", "None", "?", "<NA>"}) {
    const std::optional<float> value = core::to_float(word);
    EXPECT_TRUE(value && std::isnan(*value)) << word;
  }
}

TEST(CsvNumber, OrIsNone) {
  for (const char* word :
       {"x", "1x", "0x10", "1_000", "1,5", "--1", "+-1", "-", "+", ".", "e5", "1e", "1 2", "-nan", "nan1"}) {
    EXPECT_FALSE(core::to_float(word).has_value()) << word;
  }
}

TEST(Csv, IsReadWithAndWithoutAHeader) {
  const Table table{{1, 2}, {3, 4.5f}};
  EXPECT_EQ(read("1,2\n3,4.5\n"), table);
  EXPECT_EQ(read("a,b\n1,2\n3,4.5\n"), table);
  EXPECT_EQ(read("\xef\xbb\xbf"
                 "a,b\n1,2\n3,4.5\n"),
            table)
      << "with a byte order mark";
  EXPECT_EQ(read("1,2\n3,4.5", "", "no-ending"), table);
}

// Tables without a header may have words in a column; names of columns may be numbers.
TEST(Csv, HasAHeaderWhereWordsStandAboveNumbersOrBesideNumbersOfColumns) {
  const Table all{{5.1f, 3.5f}, {4.9f, 3}}, second{{4.9f, 3}};
  EXPECT_EQ(read("5.1,3.5,setosa\n4.9,3.0,setosa\n", "0,1"), all);
  EXPECT_EQ(read("39,State,12\n50,Self,13\n", "0,2"), (Table{{39, 12}, {50, 13}}));
  EXPECT_EQ(read("0,1,label\n4.9,3.0,setosa\n", "0,1"), second);
  EXPECT_EQ(read("country,1990,1991\nAlbania,4.9,3.0\n", "1,2"), second);
  EXPECT_EQ(read("length,width,species\n4.9,3.0,setosa\n", "0,1"), second);
  EXPECT_EQ(read("5.1,x,setosa\n4.9,3.0,setosa\n", "0"), (Table{{4.9f}})) << "a word above a number";
  EXPECT_EQ(read("0,1,2\n5,6,7\n"), (Table{{5, 6, 7}}));
  EXPECT_EQ(read(",0,1,2\n0,5,6,7\n", "!0"), (Table{{5, 6, 7}})) << "as pandas writes it";
  EXPECT_EQ(read("0,1,2\n3,4,5\n"), (Table{{0, 1, 2}, {3, 4, 5}})) << "numpy.arange";
  EXPECT_EQ(read("0,1\n5,6\n"), (Table{{0, 1}, {5, 6}}));
  EXPECT_EQ(read(",0\n0,5\n1,6\n", "1"), (Table{{5}, {6}})) << "a series of pandas";
  EXPECT_EQ(read(",species\n0,setosa\n1,rose\n", "0"), (Table{{0}, {1}}));
  expect_table_refused(",2\n3,4\n", "", {"line 1, column 0", "missing"});
  EXPECT_EQ(read("0,1,3\n5,6,7\n"), (Table{{0, 1, 3}, {5, 6, 7}}));
  EXPECT_EQ(read("2019,2020,2021\n5,6,7\n").size(), 2u) << "years, which may be data";
  EXPECT_EQ(read("a, b\n1,2\n", "b"), (Table{{2}})) << "blanks around a name";
  EXPECT_EQ(read("7,setosa\n8,setosa\n", "0"), (Table{{8}})) << "one number goes up";
  EXPECT_EQ(read("8.0,setosa\n8,setosa\n", "0"), (Table{{8}, {8}}));
}

// Of a second line that is cut off after 4 MiB the first fields tell.
TEST(Csv, OfWideTablesHasAHeaderOnlyWhereItIsOne) {
  const auto line = [](const std::string& one, std::int32_t fields) {
    std::string text;
    for (std::int32_t i = 0; i < fields; ++i) text += one + ",";
    return text;
  };
  constexpr std::int32_t kFields = 60'000;
  const std::string numbers = line("0." + std::string(40, '5'), kFields), but = "!" + std::to_string(kFields);
  EXPECT_EQ(read(numbers + "a\n" + numbers + "b\n", but).size(), 2u);
  expect_table_refused("\"a\nb\"," + numbers + numbers + "1\n", "", {"first line is longer than 4 MiB"});
  EXPECT_EQ(read(line("x" + std::string(41, 'y'), kFields) + "a\n" + numbers + "b\n", but).size(), 1u);
}

TEST(Csv, EmptyLinesInFrontMeanNothing) {
  EXPECT_EQ(read(std::string(600'000, '\n') + "a;b\n1;2\n"), (Table{{1, 2}}));
}

TEST(Csv, FindsTheDelimiter) {
  const Table table{{1, 2, 3}, {4, 5, 6}};
  for (const char delimiter : {',', '\t', ';', '|'}) {
    std::string text = "1,2,3\n4,5,6\n";
    std::ranges::replace(text, ',', delimiter);
    EXPECT_EQ(read(text), table) << delimiter;
  }
  EXPECT_EQ(read("name;size\n\"a;b\";1\n", "size"), (Table{{1}}));
  EXPECT_EQ(read("a, b|c\n1|2\n"), (Table{{1, 2}})) << "commas in a name";
}

TEST(Csv, LinesEndAsTheyLike) {
  const Table table{{1, 2}, {3, 4}};
  for (const char* text : {"1,2\r\n3,4\r\n", "1,2\r3,4\r", "\n\n1,2\n\n3,4\n\n\n", "1,2\n3,4"})
    EXPECT_EQ(read(text), table);
}

TEST(Csv, QuotesMayHoldAnything) {
  EXPECT_EQ(read("\"1\",\"2\"\n\"3\",\" 4 \"\n"), (Table{{1, 2}, {3, 4}}));
  EXPECT_EQ(read("id,\"a \"\"b\"\", c\",x\n\"1\",\"two\nlines, and \"\"quotes\"\"\",3\n", "id,x"),
            (Table{{1, 3}}));
}

TEST(Csv, ColumnsAreChosenByNameAndNumber) {
  const std::string text = "id,a,b,species\n1,2,3,x\n4,5,6,y\n";
  EXPECT_EQ(read(text, "a,b"), (Table{{2, 3}, {5, 6}}));
  EXPECT_EQ(read(text, "1-2"), (Table{{2, 3}, {5, 6}}));
  EXPECT_EQ(read(text, "!id,species"), (Table{{2, 3}, {5, 6}}));
  EXPECT_EQ(read(text, "b,id"), (Table{{3, 1}, {6, 4}})) << "as they are named";
  EXPECT_EQ(read(text, "b,id,a"), (Table{{3, 1, 2}, {6, 4, 5}}));
  EXPECT_EQ(read("3,1\n0,2\n", "1"), (Table{{1}, {2}}));
  EXPECT_EQ(read("1,x\n0,2\n", "1"), (Table{{0}})) << "a name wins over a number";
}

TEST(Csv, PartsAreReadByTheSameNames) {
  const SampleFile first("p.csv", "a,b\n1,2\n"), second("q.csv", "b,a\n4,3\n"), third("r.csv", "5,6\n"),
      other("s.csv", "a,c\n7,8\n");
  const auto all = [&](const std::string& part) {
    return table_of(Dataset::open(first.path() + part + "\n" + second.path() + part));
  };
  EXPECT_EQ(all(":a,b"), (Table{{1, 2}, {3, 4}}));
  EXPECT_EQ(all(":b,a"), (Table{{2, 1}, {4, 3}}));
  expect_error(Errc::data, {second.path(), "column 0 is 'b'", "is 'a'", ".csv:a,b"}, [&] { (void)all(""); });
  expect_error(Errc::data, {other.path(), "column 1 is 'c'", "is 'b'"},
               [&] { (void)Dataset::open(first.path() + "\n" + other.path()); });
  EXPECT_EQ(table_of(Dataset::open(first.path() + "\n" + third.path())), (Table{{1, 2}, {5, 6}}))
      << "a part without a header";
}

TEST(Csv, ACompressedTableIsOne) { EXPECT_EQ(read(gzip("a\tb\n1\t2\n"), "b", "t.tsv.gz"), (Table{{2}})); }

TEST(Csv, FieldsAndRecordsCrossBuffers) {
  std::string text;
  Table table;
  for (int row = 0; row < 40'000; ++row) {
    const float a = static_cast<float>(row) / 7, b = static_cast<float>(row);
    text += data::text_of(a) + ",\"" + data::text_of(b) + "\"\r\n";
    table.push_back({a, b});
  }
  EXPECT_EQ(read(text), table);
}

TEST(CsvRefuses, LinesOfAnotherLength) {
  expect_table_refused("a,b\n1,2\n3\n", "", {"line 3 has 1 field,", "the first has 2", "commas"});
  expect_table_refused("1;2\n\n3;4;5\n", "", {"line 3 has 3 fields", "semicolons"});
  expect_table_refused("a,b,c\n1,2,3\n4,5,6,7\n", "a", {"line 3 has 4 fields"});
}

TEST(CsvRefuses, WhatIsNoNumber) {
  expect_table_refused("a,b\n1,2\n3,x y\n", "", {"line 3, column 1 ('b')", "'x y' is no number", "!1"});
  expect_table_refused("1;2\n3;4,5\n", "", {"line 2, column 1:", "decimal points"});
  expect_table_refused("1 2\n3 4\n", "", {"'3 4' is no number", "delimiter=','"});
  expect_table_refused(std::string("a,b\n1,2\n3,\0\n", 12), "", {"NUL", "UTF-8"});
}

TEST(CsvRefuses, MissingValuesAndNamesTheirPlace) {
  expect_table_refused("a,b\n1,2\n\n,4\n", "", {"line 4, column 0 ('a')", "missing", "!0"});
  expect_table_refused("1,2\n3,NA\n", "", {"line 2, column 1", "('NA')"});
  expect_table_refused("1,2\n3,1e39\n", "", {"row 1, column 1", "infinite"});
  EXPECT_EQ(read("a,b\n1,2\n,4\n", "b"), (Table{{2}, {4}})) << "in columns that nobody wants";
}

TEST(CsvRefuses, QuotesThatMakeNoSense) {
  expect_table_refused("a,b\n1,2\n3,\"4\n5,6\n", "", {"the quote that opens in line 3", "Close it"});
  expect_table_refused("a,b\n1,\"2\"3\n", "", {"line 2", "follows a closing quote"});
  expect_table_refused("1,\"" + std::string(1 << 17, '7') + "\n", "", {"line 1", "longer than 64 KiB"});
  expect_table_refused("1," + std::string(1 << 17, '7') + "\n", "", {"line 1", "longer than 64 KiB"});
}

TEST(CsvRefuses, WhatIsNoTable) {
  expect_table_refused("this is no data file at all", "", {"text with one line", "this is no data", "CSV"});
  expect_table_refused("\n\r\n\n", "", {"no row of numbers"});
  expect_table_refused("a,b\n", "", {"text with one line", "no row of numbers"});
  expect_table_refused(std::string("\xff\xfe"
                                   "1\0,\0",
                                   6),
                       "", {"UTF-16", "iconv"});
  expect_table_refused(std::string(5 << 20, '1'), "", {"first line", "4 MiB"});
  std::string wide = "0";
  for (int column = 0; column < 1 << 17; ++column) wide += ",0";
  expect_table_refused(wide, "", {"131072 columns", "numpy.save"});
}

TEST(CsvRefuses, ColumnsThatAreNotThere) {
  const std::string named = "width,height,species\n1,2,3\n";
  expect_table_refused(named, "hieght", {"no column 'hieght'", "3 columns", "Did you mean 'height'"});
  expect_table_refused(named, "0-3", {"no column '0-3'", "from 0 to 2"});
  expect_table_refused(named, "!0-2", {"no column of it is left"});
  expect_table_refused(named, "!", {"no column is named"});
  expect_table_refused(named, "0,width", {"column 'width' is named twice"});
  expect_table_refused("a,b,a\n1,2,3\n", "a", {"columns 0 and 2 are both called 'a'", "by number"});
  expect_error(Errc::data, {"t.csv:", "nothing is named after the colon"}, [&] {
    const SampleFile file("t.csv", named);
    static_cast<void>(Dataset::open(file.path() + ":"));
  });
  expect_table_refused("1,2\n", "width", {"no column 'width'", "without names", "by number"});
  const SampleFile array("a.npy", npy_header("<f4", "(1,)") + bytes_of<float>({1}));
  expect_error(Errc::data, {array.path(), "no part", "colon"},
               [&] { static_cast<void>(Dataset::open(array.path() + ":x")); });
}

// Of a gzip that grows a thousandfold nothing is kept until its end has been seen.
TEST(CsvRefuses, WithoutTakingMemoryForWhatIsFlawed) {
  if (kQuickTests) GTEST_SKIP() << "memory that sanitizers take would count";
  std::string text;
  for (int row = 0; row < 3'000'000; ++row) text += "0,0,0,0,0,0\n";
  const SampleFile file("t.csv.gz", gzip(text + "x,0,0,0,0,0\n"));
  forget_peak_memory();
  const std::size_t before = peak_memory();
  expect_error(Errc::data, {"line 3000001", "'x' is no number"}, [&] { static_cast<void>(file.open()); });
  EXPECT_LT(peak_memory() - before, std::size_t{56} << 20) << "of 72 MB of values";
  const SampleFile sound("t.csv.gz", gzip(text));
  EXPECT_EQ(sound.open().rows(), 3'000'000);
}

TEST(Csv, ItsStreamKnowsItsRowsAtTheEnd) {
  const SampleFile file("t.csv", "a,b\n1,\n3,4\n");
  const auto stream = data::open_stream(file.path(), data::Missing::as_nan);
  EXPECT_EQ(stream->header().rows(), data::kRowsUnknown);
  EXPECT_EQ(stream->description(), "CSV, commas, with a header");
  std::vector<float> values(5);
  EXPECT_EQ(stream->read(std::as_writable_bytes(std::span(values))), 4 * sizeof(float));
  EXPECT_EQ(stream->header().rows(), 2);
  EXPECT_TRUE(std::isnan(values[1]));
  EXPECT_EQ(values[3], 4.0f);
}

}  // namespace
}  // namespace cuvae::test
