#include "src/io/atomic_file.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>

#include "data/sample_files.hpp"
#include "support/test_data.hpp"

namespace cuvae::test {
namespace {

namespace fs = std::filesystem;
using io::AtomicFile;

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.push_back(entry.path().filename());
  std::sort(names.begin(), names.end());
  return names;
}

class AtomicFileTest : public testing::Test {
 protected:
  TempDir folder_;
  fs::path path_ = folder_.path / "file";
};

TEST_F(AtomicFileTest, WritesANewFile) {
  io::write_file(path_, "text\n");
  EXPECT_EQ(read_file(path_), "text\n");
  EXPECT_EQ(names_in(folder_.path), std::vector<std::string>{"file"});
}

TEST_F(AtomicFileTest, KeepsWhoMayRead) {
  io::write_file(path_, "old");
  fs::permissions(path_, fs::perms::owner_read | fs::perms::owner_write);
  io::write_file(path_, "new");
  EXPECT_EQ(read_file(path_), "new");
  EXPECT_EQ(fs::status(path_).permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

TEST_F(AtomicFileTest, AppendsToWhatIsThere) {
  io::append_to_file(path_, "one\n");
  io::append_to_file(path_, "two\n");
  EXPECT_EQ(read_file(path_), "one\ntwo\n");
  expect_error(Errc::io, {"/dev/full", "No space left"}, [] { io::append_to_file("/dev/full", "text"); });
  expect_error(Errc::io, {"not/there", "No such file"},
               [&] { io::append_to_file(folder_.path / "not/there", "text"); });
}

TEST_F(AtomicFileTest, KeepsTheOrderOfSmallAndLargePieces) {
  std::string expected;
  AtomicFile file(path_);
  for (std::size_t size : {0u, 1u, 65'535u, 65'536u, 3u, 65'537u, 200'000u, 40'000u, 40'000u, 7u}) {
    const std::string piece(size, static_cast<char>('a' + expected.size() % 26));
    file.write(piece);
    expected += piece;
  }
  file.commit();
  EXPECT_TRUE(read_file(path_) == expected);
}

TEST_F(AtomicFileTest, TheOldFileStaysUntilCommit) {
  write_file(path_, "old");
  AtomicFile file(path_);
  file.write(std::string(100'000, 'n'));
  EXPECT_EQ(read_file(path_), "old");
  EXPECT_EQ(names_in(folder_.path),
            (std::vector<std::string>{"file", "file.tmp-" + std::to_string(::getpid())}));
  file.commit();
  EXPECT_EQ(read_file(path_).size(), 100'000u);
  EXPECT_EQ(names_in(folder_.path), std::vector<std::string>{"file"});
}

TEST_F(AtomicFileTest, AnExceptionLeavesTheOldFileAndNothingElse) {
  write_file(path_, "old");
  const auto fail_half_way = [&] {
    AtomicFile file(path_);
    file.write(std::string(100'000, 'n'));
    throw std::runtime_error("half way");
  };
  EXPECT_THROW(fail_half_way(), std::runtime_error);
  EXPECT_EQ(read_file(path_), "old");
  EXPECT_EQ(names_in(folder_.path), std::vector<std::string>{"file"});
}

TEST_F(AtomicFileTest, PermissionsAreThoseOfAnyNewFile) {
  const mode_t mask = ::umask(027);
  io::write_file(path_, "");
  ::umask(mask);
  EXPECT_EQ(fs::status(path_).permissions(), fs::perms(0640));
}

TEST_F(AtomicFileTest, CreatesWhatALinkLeadsTo) {
  fs::create_directory(folder_.path / "folder");
  fs::create_symlink("folder/second", path_);
  fs::create_symlink(folder_.path / "folder/third", folder_.path / "folder/second");
  io::write_file(path_, "text");
  EXPECT_EQ(read_file(folder_.path / "folder/third"), "text");
  EXPECT_TRUE(fs::is_symlink(path_));
  fs::create_symlink("round", folder_.path / "round");
  expect_error(Errc::io, {"round"}, [&] { io::write_file(folder_.path / "round", "text"); });
}

TEST_F(AtomicFileTest, ReplacesWhatALinkLeadsTo) {
  write_file(path_, "old");
  const fs::path link = folder_.path / "link";
  fs::create_symlink("file", link);
  AtomicFile file(link);
  file.write(std::string(100'000, 'n'));
  EXPECT_EQ(read_file(path_), "old");
  file.commit();
  EXPECT_TRUE(fs::is_symlink(link));
  EXPECT_EQ(read_file(path_).size(), 100'000u);
}

TEST_F(AtomicFileTest, FolderMissingOrNoFolder) {
  const fs::path missing = folder_.path / "missing" / "file";
  expect_error(Errc::io, {missing.string(), "No such file", "Create the folder", "another place"},
               [&] { io::write_file(missing, ""); });
  write_file(path_, "old");
  expect_error(Errc::io, {(path_ / "child").string(), "Not a directory"},
               [&] { io::write_file(path_ / "child", ""); });
  expect_error(Errc::io, {folder_.path.string(), "Is a directory", "inside it"},
               [&] { io::write_file(folder_.path, ""); });
  EXPECT_EQ(names_in(folder_.path), std::vector<std::string>{"file"});
}

TEST_F(AtomicFileTest, FullDevice) {
  if (!fs::is_character_file("/dev/full")) GTEST_SKIP() << "no /dev/full here";
  expect_error(Errc::io, {"/dev/full", "No space left", "Free space", "another place"},
               [] { io::write_file("/dev/full", "text"); });
  EXPECT_TRUE(fs::is_character_file("/dev/full"));
}

TEST_F(AtomicFileTest, DevicesAndPipesAreWrittenDirectly) {
  io::write_file("/dev/null", "text");
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  io::write_file("/dev/fd/" + std::to_string(ends[1]), "text");
  char received[8] = {};
  EXPECT_EQ(::read(ends[0], received, sizeof received), 4);
  EXPECT_STREQ(received, "text");
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST_F(AtomicFileTest, StaleTemporariesAreThoseOfTheDead) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
  const std::string dead = std::to_string(child), alive = std::to_string(::getpid());
  std::vector<std::string> kept{"a.tmp-" + alive,      "b.tmp-",   "b.tmp-0",
                                "b.tmp-" + dead + "x", "b.tmp--1", "tmp-" + dead};
  std::sort(kept.begin(), kept.end());
  for (const std::string& name : kept) write_file(folder_.path / name, "");
  write_file(folder_.path / ("state.safetensors.tmp-" + dead), "half");
  io::remove_stale_temporaries(folder_.path);
  EXPECT_EQ(names_in(folder_.path), kept);
  EXPECT_NO_THROW(io::remove_stale_temporaries(folder_.path / "missing"));
}

}  // namespace
}  // namespace cuvae::test
