// The checksum in a safetensors file: any byte that is another than it was is seen.
#include <gtest/gtest.h>
#include <xxhash.h>

#include <algorithm>

#include "data/sample_files.hpp"
#include "src/io/safetensors.hpp"

namespace cuvae::test {
namespace {

using io::SafetensorsFile;

constexpr std::string_view kBefore = "\"cuvae.checksum\":\"";

class Checksum : public testing::Test {
 protected:
  Checksum() {
    const std::vector<float> values{1, -2.5f, 0, 7};
    const std::vector<io::TensorView> tensors{
        {"w", io::DType::f32, {2, 2}, std::as_bytes(std::span(values))}};
    io::write_safetensors(path_, tensors, {{"zebra", "\"\\"}, {"format", "pt"}});
    whole_ = read_file(path_);
    digits_ = whole_.find(kBefore) + kBefore.size();
  }

  static void expect_refused(const std::string& bytes, const std::string& part) {
    expect_error(Errc::data, {"file", part, "damaged", "earlier checkpoint"},
                 [&] { static_cast<void>(io::read_header(std::as_bytes(std::span(bytes)), "file")); });
  }
  static bool is_taken(const std::string& bytes) {
    try {
      static_cast<void>(io::read_header(std::as_bytes(std::span(bytes)), "file"));
      return true;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Errc::data) << error.what();
      return false;
    }
  }

  // `to` in the place of `from`, of the same length.
  [[nodiscard]] std::string with(const std::string& from, const std::string& to) const {
    std::string bytes = whole_;
    EXPECT_EQ(from.size(), to.size());
    return bytes.replace(bytes.find(from), from.size(), to);
  }

  TempDir folder_;
  std::filesystem::path path_ = folder_.path / "file";
  std::string whole_;
  std::size_t digits_ = 0;
};

TEST_F(Checksum, IsXxh3OfTheFileWithoutIt) {
  std::string blank = whole_;
  blank.replace(digits_, 16, 16, '0');
  char expected[17];
  std::snprintf(expected, sizeof expected, "%016llx",
                static_cast<unsigned long long>(XXH3_64bits(blank.data(), blank.size())));
  EXPECT_EQ(whole_.substr(digits_, 17), std::string(expected) + '"');
  EXPECT_NE(whole_.find("\"cuvae.format\":\"2\""), std::string::npos);
}

TEST_F(Checksum, IsNoneOfTheCallersMetadata) {
  const std::map<std::string, std::string> metadata{{"zebra", "\"\\"}, {"format", "pt"}};
  EXPECT_EQ(SafetensorsFile::open(path_).metadata(), metadata);
  io::write_safetensors(path_, {}, {{"cuvae.checksum", "mine"}, {"cuvae.format", "1"}});
  EXPECT_TRUE(SafetensorsFile::open(path_).metadata().empty());
}

TEST_F(Checksum, SeesEveryByteInEveryOtherValue) {
  ASSERT_TRUE(is_taken(whole_));
  const int step = kQuickTests ? 17 : 1;
  std::string changed = whole_;
  for (std::size_t at = 0; at < whole_.size(); ++at) {
    for (int change = 1; change < 256; change += step) {
      changed[at] = static_cast<char>(whole_[at] ^ change);
      EXPECT_FALSE(is_taken(changed)) << "byte " << at << " xor " << change;
    }
    changed[at] = whole_[at];
  }
}

TEST_F(Checksum, SaysWhatIsWrong) {
  std::string changed = whole_;
  changed.back() ^= 1;
  expect_refused(changed, "its checksum is not that of its bytes");
  expect_refused(with("\"cuvae.checksum\"", "\"cuvae.checkzum\""), "its checksum is gone");
  expect_refused(with("\"cuvae.format\"", "\"cuvae.forman\""), "its checksum is not");
}

TEST_F(Checksum, IsInLowerCase) {
  for (int i = 0;; ++i) {
    io::write_safetensors(path_, {}, {{"try", std::to_string(i)}});
    std::string bytes = read_file(path_);
    const std::size_t place = bytes.find(kBefore) + kBefore.size();
    const auto letter = std::find_if(bytes.begin() + static_cast<std::ptrdiff_t>(place), bytes.end(),
                                     [](char c) { return c >= 'a' && c <= 'f'; });
    if (letter >= bytes.begin() + static_cast<std::ptrdiff_t>(place) + 16) continue;  // digits alone
    *letter = static_cast<char>(*letter - 'a' + 'A');
    return expect_refused(bytes, "its checksum is not");
  }
}

// Of older versions, and of other programs.
TEST_F(Checksum, IsNotAskedOfFilesThatNeverHadOne) {
  std::string bytes = with("\"cuvae.checksum\"", "\"other.checksum\"");
  const std::string format = "\"cuvae.format\"";
  bytes.replace(bytes.find(format), format.size(), "\"other.format\"");
  EXPECT_TRUE(is_taken(bytes));
  bytes.back() ^= 1;
  EXPECT_TRUE(is_taken(bytes));
}

}  // namespace
}  // namespace cuvae::test
