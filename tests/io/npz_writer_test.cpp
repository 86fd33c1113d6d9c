#include "src/io/npz_writer.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <stdexcept>

#include "data/sample_files.hpp"
#include "io/python.hpp"
#include "src/io/npy_writer.hpp"
#include "support/test_data.hpp"

namespace cuvae::test {
namespace {

class NpzWriter : public testing::Test {
 protected:
  // 4 MB, which deflate well.
  void write(const io::Pulse& pulse = {}) {
    io::NpzWriter file(path_, {.shape = {io::kRowsToCome, 100}});
    std::vector<float> row(100);
    for (int i = 0; i < 10'000; ++i) {
      std::ranges::fill(row, static_cast<float>(i));
      file.append(row);
    }
    file.commit(pulse);
  }
  TempDir folder_;
  std::filesystem::path path_ = folder_.path / "x.npz";
};

TEST_F(NpzWriter, IsAnArchiveThatChecks) {
  write();
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_.path), {}), 1);
  EXPECT_LT(std::filesystem::file_size(path_), 400'000u);
  const auto printed =
      run_python({"-c",
                  "import numpy, sys, zipfile\n"
                  "archive = zipfile.ZipFile(sys.argv[1])\n"
                  "member, = archive.infolist()\n"
                  "print(archive.testzip(), member.filename, member.compress_type, member.date_time)\n"
                  "array = numpy.load(sys.argv[1])['arr_0']\n"
                  "print(array.shape, array[:, 99].tolist() == list(range(10000)))",
                  path_.string()});
  if (!printed) GTEST_SKIP() << kNoPython;
  EXPECT_EQ(*printed, "None arr_0.npy 8 (1980, 1, 1, 0, 0, 0)\n(10000, 100) True\n");
}

TEST_F(NpzWriter, IsEndedByWhatThePulseThrows) {
  int pulses = 0;
  write([&] { ++pulses; });
  EXPECT_GT(pulses, 3);
  const std::string whole = read_file(path_);
  pulses = 0;
  EXPECT_THROW(write([&] {
                 if (++pulses == 2) throw std::runtime_error("enough");
               }),
               std::runtime_error);
  EXPECT_EQ(pulses, 2);
  EXPECT_TRUE(read_file(path_) == whole);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_.path), {}), 1);
}

TEST_F(NpzWriter, APipeIsNoPlaceForAnArchiveNorForRowsToCome) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const std::string pipe = "/dev/fd/" + std::to_string(ends[1]);
  expect_error(Errc::io, {pipe, "pipe", "Write to a file"}, [&] { io::NpzWriter(pipe, {.shape = {1, 1}}); });
  expect_error(Errc::io, {pipe, "pipe", "number of rows", "Write to a file"}, [&] {
    io::NpyWriter(pipe, {.shape = {io::kRowsToCome, 1}});
  });
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST_F(NpzWriter, AFullDeviceIsNamed) {
  if (!std::filesystem::is_character_file("/dev/full")) GTEST_SKIP() << "no /dev/full here";
  const std::filesystem::path link = folder_.path / "x.npz";
  std::filesystem::create_symlink("/dev/full", link);
  const auto write_to_full = [&] {
    io::NpzWriter file(link, {.shape = {1, 1}});
    file.append(std::vector<float>{1});
    file.commit();
  };
  expect_error(Errc::io, {"/dev/full", "No space left"}, write_to_full);
}

}  // namespace
}  // namespace cuvae::test
