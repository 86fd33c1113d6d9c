#include <bit>

#include "data/sample_files.hpp"
#include "src/data/dataset_impl.hpp"

namespace cuvae::test {
namespace {

using Floats = std::vector<float>;

std::string big_endian(std::uint64_t bits, int bytes) {
  std::string text;
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) text += static_cast<char>(bits >> shift);
  return text;
}

TEST(Idx, EveryType) {
  const auto only_row = [](std::uint8_t type, const std::string& values) {
    return row_of(SampleFile("x.idx", idx_header(type, {1, 2}) + values).open(), 0);
  };
  EXPECT_EQ(only_row(0x08, big_endian(0x00FF, 2)), (Floats{0, 1}));
  EXPECT_EQ(only_row(0x09, big_endian(0x80FF, 2)), (Floats{-128, -1}));
  EXPECT_EQ(only_row(0x0B, big_endian(0xFFFE'0102, 4)), (Floats{-2, 258}));
  EXPECT_EQ(only_row(0x0C, big_endian(0xFFFFFFFD'00010000, 8)), (Floats{-3, 65536}));
  EXPECT_EQ(only_row(0x0D, big_endian(std::bit_cast<std::uint32_t>(0.1f), 4) + big_endian(0, 4)),
            (Floats{0.1f, 0}));
  EXPECT_EQ(only_row(0x0E, big_endian(std::bit_cast<std::uint64_t>(-0.1), 8) + big_endian(0, 8)),
            (Floats{-0.1f, 0}));
}

TEST(Idx, AnyNumberOfDimensions) {
  const auto open = [](const std::vector<std::uint32_t>& shape) {
    return SampleFile("x.idx", idx_header(8, shape) + std::string(64, '\1')).open();
  };
  EXPECT_EQ(open({64}).cols(), 1);
  EXPECT_EQ(open({64}).rows(), 64);
  EXPECT_EQ(open({64}).image(), ImageShape{});
  EXPECT_EQ(open({4, 16}).image(), (ImageShape{4, 4}));
  EXPECT_EQ(open({8, 8}).image(), ImageShape{}) << "8 columns are no square";
  EXPECT_EQ(open({16, 4}).image(), ImageShape{}) << "2 x 2 is no picture";
  EXPECT_EQ(open({4, 2, 8}).image(), (ImageShape{2, 8}));
  EXPECT_EQ(open({4, 2, 8, 1}).image(), (ImageShape{2, 8}));
  EXPECT_EQ(open({4, 2, 4, 2}).image(), ImageShape{});
  EXPECT_EQ(open({4, 2, 2, 2, 2}).cols(), 16);
}

TEST(Idx, PlainIsMappedAndGzipIsTheSameData) {
  const std::string content = idx_header(8, {2, 2, 3}) + "abcdefghijkl";
  const Dataset plain = SampleFile("x.idx", content).open();
  const Dataset packed = SampleFile("x.idx.gz", gzip(content)).open();
  EXPECT_EQ(plain.description(), "IDX, u8, memory-mapped");
  EXPECT_EQ(packed.description(), "IDX, u8, gzip, in memory");
  EXPECT_TRUE(plain.impl().mapped);
  EXPECT_FALSE(packed.impl().mapped);
  EXPECT_EQ(plain.fingerprint(), packed.fingerprint());
  EXPECT_EQ(row_of(plain, 1), row_of(packed, 1));
  EXPECT_FLOAT_EQ(row_of(plain, 1)[5], 'l' / 255.0f);
}

TEST(Idx, GzipOfSeveralMembersAndManyBytes) {
  std::string content = idx_header(8, {1000, 100});
  for (int i = 0; i < 100'000; ++i) content += static_cast<char>(i % 251);
  const SampleFile whole("x", content);
  for (const std::size_t cut : {std::size_t{3}, std::size_t{12}, std::size_t{16'384}, std::size_t{50'000}}) {
    const SampleFile parts("x.gz", gzip(content.substr(0, cut)) + gzip("") + gzip(content.substr(cut)));
    EXPECT_EQ(parts.open().fingerprint(), whole.open().fingerprint()) << cut;
  }
}

TEST(Idx, ExtremeButHonestCompressionIsRead) {
  const SampleFile file("zeros.gz", gzip(idx_header(8, {1000, 10'000}) + std::string(10'000'000, '\0')));
  EXPECT_EQ(file.open().rows(), 1000);
}

TEST(Idx, BytesOfZeroAndOneArePixelsHere) {
  const SampleFile file("x.idx", idx_header(8, {1, 2}) + std::string("\0\1", 2));
  EXPECT_FLOAT_EQ(row_of(file.open(), 0)[1], 1.0f / 255);
}

}  // namespace
}  // namespace cuvae::test
