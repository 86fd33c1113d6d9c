// What is known of rows beside their values.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "data/sample_files.hpp"

namespace cuvae::test {
namespace {

using Floats = std::vector<float>;
using Classes = std::vector<std::int32_t>;

Dataset rows(std::int64_t count) {
  return Dataset::from_values(Floats(static_cast<std::size_t>(count), 0.5f), 1);
}

Floats label_of(const Dataset& data, std::int64_t row) {
  Floats label(static_cast<std::size_t>(data.label_cols()));
  data.read_labels(row, label);
  return label;
}

TEST(Labels, ClassesAreAColumnEach) {
  const Dataset data = rows(3).with_classes(Classes{2, 0, 2});
  EXPECT_TRUE(data.labels_are_classes());
  EXPECT_EQ(data.label_cols(), 3);
  EXPECT_EQ(label_of(data, 0), (Floats{0, 0, 1}));
  EXPECT_EQ(label_of(data, 1), (Floats{1, 0, 0}));
  EXPECT_EQ(row_of(data, 1), Floats{0.5f}) << "the values are as they were";
  EXPECT_EQ(rows(1).with_classes(Classes{1}, 5).label_cols(), 5);
  EXPECT_EQ(rows(3).label_cols(), 0);
}

TEST(Labels, NumbersAreKept) {
  const Dataset data = rows(2).with_labels(Floats{1, -2.5f, 3, 4}, 2);
  EXPECT_FALSE(data.labels_are_classes());
  EXPECT_EQ(label_of(data, 0), (Floats{1, -2.5f}));
  EXPECT_EQ(label_of(data, 1), (Floats{3, 4}));
}

// One integer to a row is a class, in whatever type; all else are numbers.
TEST(Labels, AreAColumnOfATable) {
  const SampleFile file("t.csv", "x,class,size\n0.5,2,1.5\n0.25,0,2\n");
  const Dataset classes = rows(2).with_labels_of(file.path() + ":class");
  EXPECT_TRUE(classes.labels_are_classes());
  EXPECT_EQ(label_of(classes, 0), (Floats{0, 0, 1}));
  const Dataset numbers = rows(2).with_labels_of(file.path() + ":size");
  EXPECT_FALSE(numbers.labels_are_classes());
  EXPECT_EQ(label_of(numbers, 1), Floats{2});
  EXPECT_FALSE(rows(2).with_labels_of(file.path() + ":class,size").labels_are_classes())
      << "two numbers to a row";
}

TEST(Labels, AreReadFromFiles) {
  const std::string idx = idx_header(8, {3}) + bytes_of<std::uint8_t>({1, 9, 0});
  for (const std::string& bytes : {idx, gzip(idx)}) {
    const SampleFile file(bytes == idx ? "l.idx" : "l.gz", bytes);
    const Dataset data = rows(3).with_labels_of(file.path());
    EXPECT_EQ(data.label_cols(), 10);
    EXPECT_EQ(label_of(data, 1)[9], 1.0f);
  }
  const SampleFile wide("l.npy", npy_header("<i8", "(2,)") + bytes_of<std::int64_t>({3, 1})),
      bits("l.npy", npy_header("|b1", "(2, 1)") + bytes_of<std::uint8_t>({1, 0})),
      bytes("l.npy", npy_header("|u1", "(2,)") + bytes_of<std::uint8_t>({200, 1})),
      floats("l.npy", npy_header("<f8", "(2, 3)") + bytes_of<double>({1, 2, 3, 4, 5, 0.5})),
      column("l.npy", npy_header("<f4", "(2,)") + bytes_of<float>({1, 2}));
  EXPECT_EQ(label_of(rows(2).with_labels_of(wide.path()), 0), (Floats{0, 0, 0, 1}));
  EXPECT_EQ(rows(2).with_labels_of(wide.path(), {.count = 10}).label_cols(), 10);
  EXPECT_EQ(label_of(rows(2).with_labels_of(bits.path()), 0), (Floats{0, 1}));
  EXPECT_EQ(label_of(rows(2).with_labels_of(bytes.path()), 0)[200], 1.0f);
  EXPECT_EQ(label_of(rows(2).with_labels_of(floats.path()), 1), (Floats{4, 5, 0.5f}));
  EXPECT_EQ(label_of(rows(2).with_labels_of(column.path()), 1), Floats{2});
  EXPECT_FALSE(rows(2).with_labels_of(column.path()).labels_are_classes());
}

TEST(Labels, AreOfTheKindThatIsAskedFor) {
  const SampleFile bytes("l.npy", npy_header("|u1", "(2,)") + bytes_of<std::uint8_t>({200, 1})),
      floats("l.npy", npy_header("<f4", "(2,)") + bytes_of<float>({1, 2})),
      halves("l.npy", npy_header("<f4", "(2,)") + bytes_of<float>({1, 0.5f})),
      wide("l.npy", npy_header("<f4", "(2, 2)") + bytes_of<float>({1, 2, 3, 4}));
  const auto as = [](const SampleFile& file, LabelKind kind) {
    return rows(2).with_labels_of(file.path(), {.kind = kind});
  };
  EXPECT_EQ(label_of(as(bytes, LabelKind::real), 0), Floats{200}) << "bytes of labels are no pixels";
  EXPECT_FALSE(as(bytes, LabelKind::real).labels_are_classes());
  EXPECT_EQ(label_of(as(floats, LabelKind::one_hot), 0), (Floats{0, 1, 0}));
  expect_error(Errc::data, {"row 1", "of class 0.5", "from 0"},
               [&] { (void)as(halves, LabelKind::one_hot); });
  expect_error(Errc::data, {"2 columns", "one number"}, [&] { (void)as(wide, LabelKind::one_hot); });
}

TEST(Labels, MayBeWords) {
  const SampleFile file("t.csv", "x,species\n1,tulip\n2, rose \n3,tulip\n4,\"ap\xc3\xa9, red\"\n");
  const std::string species = file.path() + ":species";
  const Dataset data = rows(4).with_labels_of(species);
  EXPECT_TRUE(data.labels_are_classes());
  EXPECT_EQ(data.label_names(), (std::vector<std::string>{"ap\xc3\xa9, red", "rose", "tulip"}));
  EXPECT_EQ(label_of(data, 0), (Floats{0, 0, 1}));
  EXPECT_EQ(label_of(data, 1), (Floats{0, 1, 0}));
  EXPECT_EQ(label_of(data, 3), (Floats{1, 0, 0}));
  EXPECT_EQ(data.first(1).label_names().size(), 3u);
  const std::vector<std::string> names{"rose", "tulip", "lily", data.label_names()[0]};
  const Dataset known = rows(4).with_labels_of(species, {LabelKind::one_hot, 4, names});
  EXPECT_EQ(known.label_names(), names);
  EXPECT_EQ(label_of(known, 1), (Floats{1, 0, 0, 0})) << "as they are called, not as they come";
  const SampleFile more("u.csv", "a\nrose\n");
  EXPECT_EQ(rows(5).with_labels_of(species + "\n" + more.path()).label_names(), data.label_names())
      << "two files";
  EXPECT_EQ(rows(4).with_labels_of(file.path() + ":x").label_names().size(), 0u);
}

TEST(Labels, ThatAreWordsAreRefusedWhereTheyMakeNoSense) {
  const auto refused = [](const std::string& column, const std::vector<std::string>& parts,
                          const LabelOptions& options = {}) {
    SCOPED_TRACE(column);
    const SampleFile file("t.csv", "x,kind\n" + column);
    const auto lines = std::ranges::count(column, '\n');
    expect_error(Errc::data, parts,
                 [&] { (void)rows(lines).with_labels_of(file.path() + ":kind", options); });
  };
  refused("1,rose\n2,3\n", {"line 3, column 1 ('kind')", "'3' stands among classes that are words"});
  refused("1,3\n2,rose\n", {"line 3, column 1 ('kind')", "'rose' is no number"});
  refused("1,rose\n2,\n", {"line 3", "the class is missing"});
  refused("1,rose\n2,NA\n", {"line 3", "'NA'"});
  refused("1,rose\n2,t\xe9l\n", {"line 3", "no text in UTF-8"});
  refused("1,rose\n2,\"a\nb\"\n", {"line 3", "control characters"});
  refused("1," + std::string(201, 'r') + "\n", {"line 2", "longer than 200 bytes"});
  refused("1,rose\n2,tulpi\n", {"'tulpi' is none of the 2 classes", "Did you mean 'tulip'?"},
          {LabelKind::one_hot, 2, {"rose", "tulip"}});
  refused("1,rose\n", {"words, such as 'rose'", "from 0 to 4"}, {.count = 5});
  refused("1,rose\n", {"'rose' is no number"}, {.kind = LabelKind::real});
  std::string many;
  for (int i = 0; i < 3000; ++i) many += "1," + std::string(180, 'r') + std::to_string(i) + "\n";
  refused(many, {"classes there is one more", "512 KiB"});
  expect_error(Errc::invalid_argument, {"as many names"},
               [] { (void)rows(1).with_labels_of("t.csv", {.count = 2, .names = {"rose"}}); });
}

// Of 1025 classes that no row has, there are more than of those that are used, unless as many are.
TEST(Labels, ThatAreIdentifiersAreRefused) {
  EXPECT_EQ(rows(2).with_classes(Classes{0, 1025}).label_cols(), 1026);
  expect_error(Errc::data, {"from 0 to 1026 only 2 occur", "without gaps"}, [] {
    (void)rows(2).with_classes(Classes{0, 1026});
  });
  EXPECT_EQ(rows(2).with_classes(Classes{0, 1026}, 1027).label_cols(), 1027) << "as a model asks for";
  Classes half(1025);
  for (std::int32_t i = 0; i < 1025; ++i) half[static_cast<std::size_t>(i)] = 2 * i + 1;
  EXPECT_EQ(rows(1025).with_classes(half).label_cols(), 2050);
  half[1024] += 1;
  expect_error(Errc::data, {"only 1025 occur"}, [&] { (void)rows(1025).with_classes(half); });
}

TEST(Labels, ThatDoNotFitAreRefused) {
  expect_error(Errc::data, {"2 labels for the 3 rows", "one for each"}, [] {
    (void)rows(3).with_classes(Classes{0, 1});
  });
  expect_error(Errc::data, {"row 1", "of class 4", "0 to 3"}, [] {
    (void)rows(2).with_classes(Classes{0, 4}, 4);
  });
  expect_error(Errc::data, {"row 0", "of class -1"}, [] { (void)rows(2).with_classes(Classes{-1, 4}); });
  expect_error(Errc::data, {"65537 classes", "without gaps"},
               [] { (void)rows(1).with_classes(Classes{65536}); });
  constexpr std::int32_t kLeast = std::numeric_limits<std::int32_t>::min();
  expect_error(Errc::data, {"row 0", "of class -2147483648", "0 to 0"}, [] {
    (void)rows(2).with_classes(Classes{kLeast, -2});
  });
  expect_error(Errc::data, {"2147483648 classes"},
               [] { (void)rows(1).with_classes(Classes{std::numeric_limits<std::int32_t>::max()}); });
  expect_error(Errc::data, {"zero labels"}, [] { (void)rows(1).with_classes(Classes{}); });
  expect_error(Errc::invalid_argument, {"number of classes"},
               [] { (void)rows(1).with_classes(Classes{0}, -1); });
  expect_error(Errc::data, {"NaN"}, [] { (void)rows(1).with_labels(Floats{std::nanf("")}, 1); });
  expect_error(Errc::invalid_argument, {"has no labels"}, [] { rows(1).read_labels(0, {}); });
  const SampleFile negative("l.npy", npy_header("<i4", "(1,)") + bytes_of<std::int32_t>({-3})),
      huge("l.npy", npy_header("<i4", "(1,)") + bytes_of<std::int32_t>({1 << 30}));
  expect_error(Errc::data, {negative.path(), "row 0", "class -3"},
               [&] { (void)rows(1).with_labels_of(negative.path()); });
  expect_error(Errc::data, {huge.path(), "row 0"}, [&] { (void)rows(1).with_labels_of(huge.path()); });
}

TEST(Labels, AreCutWithTheRowsAndSeenInTheFingerprint) {
  const Dataset data = rows(3).with_classes(Classes{2, 0, 1});
  const Dataset two = data.first(2);
  EXPECT_EQ(two.label_cols(), 3);
  EXPECT_TRUE(two.labels_are_classes());
  EXPECT_EQ(label_of(two, 1), (Floats{1, 0, 0}));
  EXPECT_EQ(two.fingerprint(), rows(2).with_classes(Classes{2, 0}, 3).fingerprint());
  EXPECT_NE(data.fingerprint(), rows(3).fingerprint());
  EXPECT_NE(data.fingerprint(), rows(3).with_classes(Classes{2, 1, 0}).fingerprint());
}

}  // namespace
}  // namespace cuvae::test
