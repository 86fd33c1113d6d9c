// Zip archives: their members' contents, and what is refused.
#include "data/allocation_watch.hpp"
#include "data/sample_files.hpp"
#include "data/sample_zip.hpp"
#include "src/data/zip_archive.hpp"

namespace cuvae::test {
namespace {

using data::ZipArchive;
using data::ZipEntry;
using data::ZipMember;

std::string text_of(ZipMember& member, std::size_t piece = 1 << 16) {
  std::string text;
  for (;;) {
    std::string part(piece, '\0');
    part.resize(member.read(std::as_writable_bytes(std::span(part))));
    text += part;
    if (part.size() < piece) return text;
  }
}

std::string read_first(const std::string& path, std::size_t piece = 1 << 16) {
  const auto archive = std::make_shared<ZipArchive>(path);
  ZipMember member(archive, archive->entries().at(0), path + ":" + archive->entries().at(0).name);
  return text_of(member, piece);
}

void expect_zip_refused(const std::string& bytes, std::vector<std::string> parts) {
  const SampleFile file("x.npz", bytes);
  parts.push_back(file.path());
  expect_error(Errc::data, parts, [&] { read_first(file.path()); });
}

std::string long_text() {
  std::string text;
  for (int i = 0; i < 40'000; ++i) text += std::to_string(i * i % 1009);
  return text;
}

TEST(Zip, MembersAreReadWhateverThePiece) {
  const std::string text = long_text();
  for (const std::uint16_t method : {std::uint16_t{0}, std::uint16_t{8}}) {
    const SampleFile file("x.zip", zip_of({{.name = "a", .content = text, .method = method},
                                           {.name = "b", .content = "other", .method = method}}));
    for (const std::size_t piece :
         {std::size_t{7}, std::size_t{8192}, text.size() - 1, text.size(), text.size() + 1})
      EXPECT_EQ(read_first(file.path(), piece), text) << piece;
    const auto archive = std::make_shared<ZipArchive>(file.path());
    ASSERT_EQ(archive->entries().size(), 2u);
    const ZipEntry& first = archive->entries()[0];
    EXPECT_EQ(first.name, "a");
    EXPECT_EQ(first.size, std::ssize(text));
    EXPECT_EQ(first.method, method == 8 ? ZipEntry::Method::deflated : ZipEntry::Method::stored);
    EXPECT_EQ(first.compressed < first.size, method == 8);
  }
}

TEST(Zip, MembersAreReadSideBySide) {
  const std::string text = long_text(), other = "!" + text + "!";
  const SampleFile file("x.zip", zip_of({{.name = "a", .content = text, .method = 8},
                                         {.name = "b", .content = other, .method = 8},
                                         {.name = "c", .content = text}}));
  const auto archive = std::make_shared<ZipArchive>(file.path());
  std::vector<std::unique_ptr<ZipMember>> members;
  for (const ZipEntry& entry : archive->entries())
    members.push_back(std::make_unique<ZipMember>(archive, entry, entry.name));
  std::vector<std::string> read(3);
  for (bool more = true; more;) {
    more = false;
    for (std::size_t i = 0; i < 3; ++i) {
      std::string part(1000 + 100 * i, '\0');
      part.resize(members[i]->read(std::as_writable_bytes(std::span(part))));
      read[i] += part;
      more |= !part.empty();
    }
  }
  EXPECT_EQ(read, (std::vector<std::string>{text, other, text}));
}

TEST(Zip, AMemberOutlivesTheOneWhoOpenedIt) {
  const SampleFile file("x.zip", zip_of({{.name = "a", .content = "abc", .method = 8}}));
  auto archive = std::make_shared<ZipArchive>(file.path());
  ZipMember member(archive, archive->entries()[0], "a");
  archive.reset();
  EXPECT_EQ(text_of(member), "abc");
}

TEST(Zip, DamagedDirectories) {
  const std::string good =
      zip_of({{.name = "a", .content = "some content"}, {.name = "b", .content = "more"}});
  for (std::size_t size = 1; size < good.size(); ++size)
    expect_zip_refused(good.substr(0, size), {"no sound zip archive", "libzip", "again"});
  expect_zip_refused(good + "!", {"no sound zip archive"});
  expect_zip_refused("x" + good, {"no sound zip archive"});
  std::string local = good;
  local[30] = 'c';  // the name before the content, not that in the directory
  expect_zip_refused(local, {"no sound zip archive", "inconsistent"});
  std::string disk = good;
  disk[disk.size() - 18] = 1;
  expect_zip_refused(disk, {"Multi-disk"});
  std::string many = good;
  many[many.size() - 14] = many[many.size() - 12] = 3;
  expect_zip_refused(many, {"no sound zip archive"});
}

TEST(Zip, AnyByteOfItsHeadersFlippedIsRefusedOrChangesNothing) {
  const std::string content = "some content", good = zip_of({{.name = "a", .content = content, .method = 8}});
  for (std::size_t at = 0; at < good.size(); ++at) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 0x55);
    const SampleFile file("x.npz", bad);
    try {
      EXPECT_EQ(read_first(file.path()), content) << at;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Errc::data) << at;
    }
  }
}

TEST(Zip, DamagedContents) {
  const std::string text = long_text();
  std::string stored = zip_of({{.name = "a", .content = text}});
  stored[31 + text.size() / 2] ^= 1;
  expect_zip_refused(stored, {":a", "damaged", "CRC error", "again"});
  std::string packed = zip_of({{.name = "a", .content = text, .method = 8}});
  packed[31 + 1000] ^= 1;
  expect_zip_refused(packed, {":a", "damaged at byte", std::to_string(text.size())});
  expect_zip_refused(zip_of({{.name = "a", .content = text, .method = 8, .crc = 1}}), {"CRC error"});
}

TEST(Zip, ContentsOfAnotherSizeThanDeclared) {
  const std::string text = long_text();
  const auto declared = [&](std::size_t size) {
    return zip_of({{.name = "a", .content = text, .method = 8, .size = static_cast<std::uint32_t>(size)}});
  };
  expect_zip_refused(declared(text.size() - 1), {"longer than the archive declares"});
  expect_zip_refused(declared(text.size() + 1),
                     {"shorter than the archive declares: " + std::to_string(text.size()) + " of "});
  expect_zip_refused(declared(0), {"longer than the archive declares"});
  // Of a member that has no bytes at all libzip compares nothing.
  expect_zip_refused(zip_of({{.name = "a", .content = "", .method = 8, .size = 3, .compressed = 0}}),
                     {"shorter than the archive declares: 0 of 3"});
}

TEST(Zip, SizesThatCannotBe) {
  const auto declared = [](std::uint16_t method, std::uint32_t size) {
    return zip_of({{.name = "a", .content = std::string(100, 'x'), .method = method, .size = size}});
  };
  forget_allocations();
  expect_zip_refused(declared(8, 0xFFFFFFF0), {"member 'a'", "4294967280 bytes", "deflate"});
  expect_zip_refused(declared(0, 0xFFFFFFF0), {"member 'a'", "in 100 that are not compressed"});
  expect_zip_refused(declared(0, 99), {"member 'a'", "99 bytes"});
  EXPECT_LT(largest_allocation(), std::size_t{1} << 20);
}

TEST(Zip, NamesThatLeadOut) {
  for (const char* name : {"../a.npy", "a/../../b", "..", "/etc/passwd", "a\\b", ""})
    expect_zip_refused(zip_of({{.name = name, .content = "x"}}), {"leads out", name});
  for (const char* name : {"a..npy", "...", "a/b", "a/..b/c"}) {
    const SampleFile file("x.npz", zip_of({{.name = name, .content = "x"}}));
    EXPECT_EQ(read_first(file.path()), "x") << name;
  }
  // What follows a NUL is part of the name, and never dropped.
  const SampleFile file("x.npz", zip_of({{.name = std::string("a\0.npy", 6), .content = "x"}}));
  EXPECT_NE(ZipArchive(file.path()).entries()[0].name, "a");
}

TEST(Zip, MembersThatAreNoFiles) {
  expect_zip_refused(zip_of({{.name = "a/", .content = ""}}), {"'a/' is a folder"});
  expect_zip_refused(zip_of({{.name = "a", .content = "/etc/passwd", .mode = 0120777}}), {"symbolic link"});
}

TEST(Zip, MembersOfOneName) {
  expect_zip_refused(zip_of({{.name = "a", .content = "x"}, {.name = "a", .content = "y"}}),
                     {"members", "the same name"});
}

TEST(Zip, EncryptedAndOtherMethods) {
  expect_zip_refused(zip_of({{.name = "a", .content = "x", .flags = 1}}),
                     {"'a' is encrypted", "without a password"});
  expect_zip_refused(zip_of({{.name = "a", .content = "x", .method = 14}}),
                     {"method 14", "savez_compressed"});
}

TEST(Zip, MembersThatOverlap) {
  const std::string content(1000, 'y');
  const std::string local = zip_of({{.name = "b", .content = content}}).substr(0, 31 + content.size());
  std::string bytes = zip_of({{.name = "a", .content = local}, {.name = "b", .content = content}});
  bytes.erase(31 + local.size(), local.size());  // so that b is the one inside a
  bytes.replace(bytes.rfind("PK\x01\x02") + 42, 4, u32(31));
  bytes.replace(bytes.rfind("PK\x05\x06") + 16, 4, u32(31 + local.size()));
  expect_zip_refused(bytes, {"overlap"});
}

TEST(Zip, ADirectoryOfManyMembersTakesLittleMemory) {
  std::vector<ZipSample> members;
  for (int i = 0; i < 60'000; ++i) members.push_back({.name = std::to_string(i), .content = ""});
  const std::string bytes = zip_of(members);
  const SampleFile file("x.npz", bytes);
  forget_peak_memory();
  const std::size_t before = peak_memory();
  expect_error(Errc::data, {"directory", "longer than 2 MiB", "fewer"}, [&] { ZipArchive(file.path()); });
  EXPECT_LT(peak_memory() - before, 2 * bytes.size() + (std::size_t{48} << 20));
}

// Extra fields of four bytes each, for which libzip takes the most memory.
TEST(Zip, ADirectoryOfManyExtraFieldsTakesLittleMemory) {
  std::string extra;
  while (extra.size() < 65'532) extra += u16(0x7777) + u16(0);
  std::string directory;
  const std::string fields = u16(20) + u16(0) + u16(0) + u32(0x58210000) + u32(0) + u32(0) + u32(0) + u16(1);
  for (int i = 0; i < 100; ++i)
    directory += "PK\x01\x02" + u16(20) + fields + u16(extra.size()) + u16(0) + u16(0) + u16(0) + u32(0) +
                 u32(0) + "a" + extra;
  const std::string local = "PK\x03\x04" + fields + u16(0) + "a";
  const std::string bytes = local + directory + "PK\x05\x06" + u32(0) + u16(100) + u16(100) +
                            u32(directory.size()) + u32(local.size()) + u16(0);
  const SampleFile file("x.npz", bytes);
  forget_peak_memory();
  const std::size_t before = peak_memory();
  expect_error(Errc::data, {"longer than 2 MiB"}, [&] { ZipArchive(file.path()); });
  EXPECT_LT(peak_memory() - before, std::size_t{48} << 20);
}

TEST(Zip, ALargeMemberTakesLittleMemory) {
  const std::string content(std::size_t{32} << 20, 'x');
  const SampleFile file("x.npz", zip_of({{.name = "a", .content = content}}));
  const auto archive = std::make_shared<ZipArchive>(file.path());
  ZipMember member(archive, archive->entries()[0], "a");
  std::vector<std::byte> piece(std::size_t{1} << 20);
  forget_peak_memory();
  const std::size_t before = peak_memory();
  std::size_t total = 0;
  for (std::size_t got = piece.size(); got == piece.size(); total += got) got = member.read(piece);
  EXPECT_EQ(total, content.size());
  EXPECT_LT(peak_memory() - before, std::size_t{8} << 20);
}

}  // namespace
}  // namespace cuvae::test
