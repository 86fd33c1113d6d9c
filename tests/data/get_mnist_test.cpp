// scripts/get_mnist.sh against mirrors that are folders: file:// URLs.
#include "data/sample_files.hpp"
#include "support/run_command.hpp"

namespace cuvae::test {
namespace {

namespace fs = std::filesystem;

constexpr const char* kNames[] = {"train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz",
                                  "t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"};

class GetMnist : public testing::Test {
 protected:
  void SetUp() override {
    const auto folder = data_dir();
    if (!folder || !fs::exists(*folder / "mnist" / kNames[0]))
      GTEST_SKIP() << "MNIST is not here: set CUVAE_DATA_DIR";
    if (run_command({"sh", "-c", "command -v curl"}).exit_code != 0)
      GTEST_SKIP() << "curl is not here: wget knows no file://";
    good_ = "file://" + (fs::canonical(*folder) / "mnist").string();
  }

  [[nodiscard]] CommandResult get(const std::string& mirrors) const {
    return run_command({"sh", CUVAE_REPOSITORY "/scripts/get_mnist.sh", target().string()},
                       {.working_dir = temp_.path, .environment = {"CUVAE_MNIST_MIRRORS=" + mirrors}});
  }
  // A mirror whose files are valid IDX, but not MNIST.
  [[nodiscard]] std::string wrong_mirror() const {
    fs::create_directory(temp_.path / "wrong");
    for (const char* name : kNames)
      write_file(temp_.path / "wrong" / name, gzip(idx_header(8, {1, 1}) + "x"));
    return "file://" + (temp_.path / "wrong").string();
  }
  [[nodiscard]] fs::path target() const { return temp_.path / "data/mnist"; }
  [[nodiscard]] int files() const {
    return static_cast<int>(std::distance(fs::directory_iterator(target()), fs::directory_iterator()));
  }

  TempDir temp_;
  std::string good_;
};

TEST_F(GetMnist, DownloadsThenDoesNothing) {
  const CommandResult first = get(good_);
  EXPECT_EQ(first.exit_code, 0) << first.err;
  EXPECT_EQ(files(), 4);
  EXPECT_EQ(Dataset::open((target() / kNames[2]).string()).rows(), 10'000);
  const CommandResult second = get("file:///nowhere");
  EXPECT_EQ(second.exit_code, 0) << second.err;
  EXPECT_EQ(second.out.find("downloading"), std::string::npos) << second.out;
}

TEST_F(GetMnist, TriesTheNextMirrorWhereOneIsAbsentOrWrong) {
  const CommandResult result = get("file:///nowhere " + wrong_mirror() + "/ " + good_);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_NE(result.err.find("not the published file"), std::string::npos) << result.err;
  EXPECT_EQ(files(), 4);
}

TEST_F(GetMnist, LeavesNothingWrongBehind) {
  const CommandResult result = get(wrong_mirror());
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_NE(result.err.find("could not get train-images-idx3-ubyte.gz"), std::string::npos) << result.err;
  EXPECT_EQ(files(), 0);
}

TEST_F(GetMnist, ReplacesADamagedFileOnly) {
  ASSERT_EQ(get(good_).exit_code, 0);
  const fs::path damaged = target() / kNames[1];
  const std::string whole = read_file(damaged);
  write_file(damaged, whole.substr(0, 1000));
  EXPECT_EQ(get("file:///nowhere").exit_code, 1);
  EXPECT_EQ(read_file(damaged).size(), 1000u) << "kept until there is a better one";
  const CommandResult result = get(good_);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(read_file(damaged), whole);
  EXPECT_EQ(result.out.find(kNames[0]), std::string::npos) << result.out;
}

}  // namespace
}  // namespace cuvae::test
