// Data of one format into another.
#include <bit>
#include <cmath>
#include <limits>

#include "cli/cuvae.hpp"
#include "data/sample_files.hpp"
#include "src/io/npy_writer.hpp"
#include "support/read_png.hpp"

namespace cuvae::test {
namespace {

namespace fs = std::filesystem;

class Convert : public CliTest {
 protected:
  void write_npy(const std::string& name, const std::vector<float>& values, std::int64_t columns) const {
    io::write_npy(at(name), values, std::vector<std::int64_t>{std::ssize(values) / columns, columns});
  }
  // 4 x 4 pictures, byte i of which is i.
  void write_bytes(const std::string& name, std::size_t count) const {
    std::string bytes(count * 16, '\0');
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i);
    write_file(at(name), npy_header("|u1", "(" + std::to_string(count) + ", 4, 4)") + bytes);
  }
  // As large as it says, but next to nothing on the disk.
  void write_huge(const std::string& name) const {
    write_file(at(name), npy_header("|u1", "(4000000, 32, 32)"));
    fs::resize_file(at(name), fs::file_size(at(name)) + 4'000'000ull * 1024);
  }
};

std::string bits_of(const std::vector<float>& values) { return bytes_of(values); }

TEST_F(Convert, EveryPairKeepsTheValues) {
  const float least = std::numeric_limits<float>::denorm_min(), most = std::numeric_limits<float>::max();
  const std::vector<float> values{0, -0.0f, 0.1f, -1.0f / 3, least, -most, 16777218, 1e-10f};
  write_npy("x.npy", values, 2);
  const Words names{"a.npy", "a.npz", "a.csv", "a.tsv", "a.csv.gz", "a.tsv.gz"};
  for (const std::string& first : names) {
    (void)done({"convert", "x.npy", first});
    EXPECT_EQ(bits_of(values_of(first)), bits_of(values)) << first;
    for (const std::string& second : names) {
      (void)done({"convert", first, "b" + second});
      EXPECT_EQ(bits_of(values_of("b" + second)), bits_of(values)) << first << " " << second;
    }
  }
  EXPECT_EQ(text("ba.npy"), text("x.npy").replace(0, 128, text("ba.npy").substr(0, 128)));
  EXPECT_TRUE(text("a.csv").starts_with("c0,c1\n0,-0\n0.1,-0.33333334\n1e-45,"));
}

TEST_F(Convert, TypesAndShapesAreKept) {
  write_bytes("x.npy", 3);
  write_file(at("x.idx.gz"),
             gzip(idx_header(8, {3, 4, 4}) + text("x.npy").substr(text("x.npy").size() - 48)));
  for (const char* from : {"x.npy", "x.idx.gz"}) {
    const std::string said = done({"convert", from, "y.npy"});
    EXPECT_EQ(said, "3 x 16 values, uint8: y.npy\n");
    EXPECT_NE(text("y.npy").find("'|u1', 'fortran_order': False, 'shape': (3, 4, 4)"), std::string::npos);
    EXPECT_TRUE(text("y.npy").ends_with(text("x.npy").substr(text("x.npy").size() - 48)));
  }
  const std::vector<std::uint8_t> big_endian{0xff, 0xfe, 0x01, 0x00};  // -2, 256
  write_file(at("x.idx"), idx_header(11, {2, 1}) + bytes_of(big_endian));
  (void)done({"convert", "x.idx", "y.npy"});
  EXPECT_NE(text("y.npy").find("'<i2'"), std::string::npos);
  EXPECT_TRUE(text("y.npy").ends_with(bytes_of(std::vector<std::int16_t>{-2, 256})));
  (void)done({"convert", "x.idx", "y.csv"});
  EXPECT_EQ(text("y.csv"), "c0\n-2\n256\n");
}

TEST_F(Convert, ATableKeepsTheNamesOfItsColumns) {
  write_file(at("x.csv"), "a,\"b,c\",d\n1,2,3\n4,5,6\n");
  (void)done({"convert", "x.csv:!0", "y.tsv"});
  EXPECT_EQ(text("y.tsv"), "b,c\td\n2\t3\n5\t6\n");
  (void)done({"convert", "y.tsv", "z.csv"});
  EXPECT_EQ(text("z.csv"), "\"b,c\",d\n2,3\n5,6\n");
}

TEST_F(Convert, SeveralFilesArePutTogether) {
  write_npy("a.npy", {1, 2, 3, 4}, 2);
  write_npy("b.npy", {5, 6}, 2);
  (void)done({"convert", "a.npy", "b.npy", "all.csv"});
  EXPECT_EQ(text("all.csv"), "c0,c1\n1,2\n3,4\n5,6\n");
  (void)done({"convert", "[ab].npy", "all.npy"});
  EXPECT_EQ(values_of("all.npy"), (std::vector<float>{1, 2, 3, 4, 5, 6}));
}

TEST_F(Convert, SomeRowsScaledOfAnotherType) {
  write_bytes("x.npy", 3);
  (void)done({"convert", "x.npy", "y.npy", "--rows", "2", "--scale", "1/255"});
  EXPECT_NE(text("y.npy").find("'<f4', 'fortran_order': False, 'shape': (2, 4, 4)"), std::string::npos);
  EXPECT_EQ(values_of("y.npy")[31], 31 * (1.0f / 255));
  (void)done({"convert", "y.npy", "z.npy", "--scale", "255", "--dtype", "uint8"});
  EXPECT_TRUE(text("z.npy").ends_with(text("x.npy").substr(text("x.npy").size() - 48, 32)));
  (void)done({"convert", "x.npy", "f.npy", "--dtype", "float32"});
  EXPECT_EQ(values_of("f.npy")[31], 31.0f);
  write_file(at("x.csv"), "1,2\n3,4\n5,6\n");
  (void)done({"convert", "x.csv", "y.csv", "--rows", "2"});
  EXPECT_EQ(text("y.csv"), "c0,c1\n1,2\n3,4\n");
  expect_refusal(cuvae({"convert", "x.csv", "y.npy", "--rows", "4"}), 3, {"x.csv", "3 rows", "first 4"});
  expect_refusal(cuvae({"convert", "x.npy", "y.npy", "--rows", "4"}), 3, {"x.npy", "3 rows", "first 4"});
  expect_refusal(cuvae({"convert", "x.csv", "y.npy", "--scale", "100", "--dtype", "uint8"}), 3,
                 {"x.csv", "row 1, column 0 (from 0) is 300", "uint8"});
}

TEST_F(Convert, PicturesGoIntoAFolder) {
  write_bytes("x.npy", 3);
  EXPECT_EQ(done({"convert", "x.npy", "some/"}), "3 pictures of 4 x 4: some/\n");
  EXPECT_EQ(files(), (Words{"some", "some/0000.png", "some/0001.png", "some/0002.png", "x.npy"}));
  const Picture last = read_png(at("some/0002.png"), PNG_FORMAT_GRAY);
  for (std::size_t i = 0; i < 16; ++i) EXPECT_EQ(last.pixels[i], 32 + i);
  expect_refusal(cuvae({"convert", "x.npy", "some"}), 3, {"some", "no empty folder"});
  write_npy("unit.npy", std::vector<float>(32, 1), 16);
  (void)done({"convert", "unit.npy", "white/"});
  EXPECT_EQ(read_png(at("white/0001.png"), PNG_FORMAT_GRAY).at(3, 3), 255);
  write_file(at("unit.csv"), "0,0,0,1\n1,0,0,0\n");
  expect_refusal(cuvae({"convert", "unit.csv", "table/"}), 3,
                 {"unit.csv", "rows of 4 values are no pictures", "--layout"});
  (void)done({"convert", "unit.csv", "table/", "--layout", "2x2"});
  EXPECT_EQ(read_png(at("table/0000.png"), PNG_FORMAT_GRAY).pixels,
            (std::vector<std::uint8_t>{0, 0, 0, 255}));
}

TEST_F(Convert, OrAllOfThemIntoOne) {
  write_bytes("x.npy", 4);
  (void)done({"convert", "x.npy", "all.png"});
  EXPECT_GT(read_png(at("all.png"), PNG_FORMAT_GRAY).width, 2 * 4);
  write_huge("huge.npy");
  expect_refusal(cuvae({"convert", "huge.npy", "all.png"}), 2,
                 {"all.png", "4000000 pictures of 32 x 32", "folder", "--rows"});
}

TEST_F(Convert, WhatIsNoPictureIsRefused) {
  write_npy("x.npy", std::vector<float>(20, 0.5f), 5);
  for (const char* out : {"x.png", "x/"})
    expect_refusal(cuvae({"convert", "x.npy", out}), 3, {"x.npy", "rows of 5 values are no pictures"});
  std::vector<float> values(32);
  values[19] = 1.5f;
  write_npy("y.npy", values, 16);
  for (const char* out : {"y.png", "y/"})
    expect_refusal(cuvae({"convert", "y.npy", out}), 3,
                   {"y.npy", "row 1, column 3 (from 0) is 1.5", "--scale"});
  EXPECT_EQ(files(), (Words{"x.npy", "y.npy"}));
}

TEST_F(Convert, PicturesComeBackFromTheirFolder) {
  write_bytes("x.npy", 3);
  (void)done({"convert", "x.npy", "grey/"});
  (void)done({"convert", "grey", "y.npy"});
  EXPECT_TRUE(text("y.npy").ends_with(text("x.npy").substr(text("x.npy").size() - 48)));
  std::string planar(2 * 12, '\0');  // 2 x 2 pixels, channel by channel
  for (std::size_t i = 0; i < planar.size(); ++i) planar[i] = static_cast<char>(i);
  write_file(at("c.npy"), npy_header("|u1", "(2, 3, 2, 2)") + planar);
  EXPECT_EQ(done({"convert", "c.npy", "colours/"}), "2 pictures of 2 x 2, RGB: colours/\n");
  const Picture second = read_png(at("colours/0001.png"), PNG_FORMAT_RGB);
  EXPECT_EQ(second.rgb(0, 0), (std::array<int, 3>{12, 16, 20}));
  EXPECT_EQ(second.rgb(1, 1), (std::array<int, 3>{15, 19, 23}));
  (void)done({"convert", "colours", "c2.npy"});
  EXPECT_NE(text("c2.npy").find("(2, 2, 2, 3)"), std::string::npos);
  (void)done({"convert", "c2.npy", "again/"});
  EXPECT_EQ(text("again/0001.png"), text("colours/0001.png"));
  (void)done({"convert", "c2.npy", "grid.png"});
  EXPECT_EQ(read_png(at("grid.png"), PNG_FORMAT_RGB).channels, 3);
}

TEST_F(Convert, BuiltInDataCanBeHad) {
  (void)done({"convert", "builtin:shapes:50", "shapes.npy"});
  const Dataset expected = Dataset::open("builtin:shapes:50");
  std::vector<float> row(784);
  expected.read_row(49, row);
  const std::vector<float> values = values_of("shapes.npy");
  EXPECT_TRUE(std::equal(row.begin(), row.end(), values.end() - 784));
}

TEST_F(Convert, InPipes) {
  write_bytes("x.npy", 3);
  const auto shell = [&](const std::string& command) {
    return run_command({"sh", "-c", command, cuvae_binary()}, {at(".")});
  };
  const CommandResult through = shell("cat x.npy | \"$0\" convert - /dev/stdout | cat");
  EXPECT_EQ(through.exit_code, 0) << through.err;
  (void)done({"convert", "x.npy", "y.npy"});
  EXPECT_TRUE(through.out == text("y.npy"));
  write_file(at("x.csv"), "1,2\n");
  expect_refusal(shell("{ \"$0\" convert x.csv /dev/stdout || exit 3; } | cat > piped"), 0,
                 {"pipe", "number of rows"});
  EXPECT_EQ(text("piped"), "");
}

// What stands before and behind in a file that stdout leads to is not ours.
TEST_F(Convert, StdoutIsWrittenFromWhereItStands) {
  write_bytes("x.npy", 3);
  write_file(at("x.csv"), "1,2\n3,4\n");
  const auto shell = [&](const std::string& command) {
    return run_command({"sh", "-c", command, cuvae_binary()}, {at(".")});
  };
  for (const char* file : {"x.npy", "x.csv"}) {
    (void)done({"convert", file, "y.npy"});
    const std::string convert = std::string("\"$0\" convert ") + file + " /dev/stdout; ",
                      array = text("y.npy");
    const CommandResult twice = shell("(printf before; " + convert + convert + "printf behind) > both.bin");
    EXPECT_EQ(twice.exit_code, 0) << twice.err;
    EXPECT_TRUE(text("both.bin") == "before" + array + array + "behind") << file;
  }
  (void)done({"convert", "x.npy", "y.npy"});
  EXPECT_EQ(shell("printf before > more.bin; \"$0\" convert x.npy /dev/stdout >> more.bin").exit_code, 0);
  EXPECT_TRUE(text("more.bin") == "before" + text("y.npy"));
  expect_refusal(shell("\"$0\" convert x.csv /dev/stdout >> more.bin"), 3, {"appended to", "number of rows"});
  EXPECT_TRUE(text("more.bin") == "before" + text("y.npy"));
}

TEST_F(Convert, NothingIsWrittenWhereItFails) {
  write_npy("x.npy", {1, 2}, 2);
  write_file(at("bad.csv"), "1,2\n3,x\n");
  write_file(at("old.npy"), "old");
  const Words before = files();
  expect_refusal(cuvae({"convert", "bad.csv", "old.npy"}), 3, {"bad.csv", "line 2", "'x'"});
  expect_refusal(cuvae({"convert", "bad.csv", "old.npz"}), 3, {"bad.csv"});
  expect_refusal(cuvae({"convert", "absent.npy", "y.npy"}), 3, {"absent.npy"});
  expect_refusal(cuvae({"convert", "x.npy", "absent/y.npy"}), 3, {"absent/y.npy", "Create the folder"});
  expect_refusal(cuvae({"convert", "x.npy", "./x.npy"}), 2, {"OUT", "own input"});
  expect_refusal(cuvae({"convert", "old.npy", "x.npy", "x.npy"}), 2, {"OUT", "own input"});
  expect_refusal(cuvae({"convert", "x.npy", "/dev/full"}), 2, {"must end in"});
  EXPECT_EQ(files(), before);
  EXPECT_EQ(text("old.npy"), "old");
}

TEST_F(Convert, StoppedByASignalItLeavesNothing) {
  write_huge("huge.npy");
  write_file(at("y.npy"), "old");
  const Words before = files();
  for (const char* out : {"y.npy", "y.npz", "y.csv", "y.csv.gz", "y/"}) {
    const CommandResult result =
        run_command({"timeout", "--foreground", "--preserve-status", "--signal=INT", "--kill-after=20", "0.3",
                     cuvae_binary(), "convert", "huge.npy", "--dtype", "float32", out},
                    {at(".")});  // without --foreground it may signal twice
    EXPECT_EQ(result.exit_code, 75) << out << result.err;
    EXPECT_NE(result.err.find("nothing was written"), std::string::npos) << result.err;
    EXPECT_EQ(files(), before) << out;
  }
  EXPECT_EQ(text("y.npy"), "old");
}

}  // namespace
}  // namespace cuvae::test
