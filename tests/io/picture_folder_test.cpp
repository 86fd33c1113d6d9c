#include "src/io/picture_folder.hpp"

#include "data/sample_files.hpp"
#include "support/read_png.hpp"
#include "support/test_data.hpp"

namespace cuvae::test {
namespace {

namespace fs = std::filesystem;

class PictureFolder : public testing::Test {
 protected:
  static void fill(io::PictureFolder& folder, int count) {
    for (int i = 0; i < count; ++i) {
      const std::vector<std::uint8_t> pixels{0, 1, 2, 3, 4, static_cast<std::uint8_t>(i)};
      folder.add(pixels, 3, 2, io::PngColour::grey);
    }
  }
  TempDir folder_;
  fs::path path_ = folder_.path / "pictures";
};

TEST_F(PictureFolder, NumbersItsPictures) {
  io::PictureFolder folder(path_, 11);
  fill(folder, 11);
  EXPECT_FALSE(fs::exists(path_));
  folder.commit();
  EXPECT_EQ(std::distance(fs::directory_iterator(path_), {}), 11);
  const Picture last = read_png(path_ / "0010.png", PNG_FORMAT_GRAY);
  EXPECT_EQ(last.width, 3);
  EXPECT_EQ(last.height, 2);
  EXPECT_EQ(last.pixels, (std::vector<std::uint8_t>{0, 1, 2, 3, 4, 10}));
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_.path), {}), 1);
}

TEST_F(PictureFolder, NumbersAreAsWideAsTheLast) {
  io::PictureFolder folder(path_ / "", 10'001);  // with a slash at its end
  fill(folder, 1);
  folder.commit();
  EXPECT_TRUE(fs::exists(path_ / "00000.png"));
}

TEST_F(PictureFolder, WithoutACommitNothingIsThere) {
  {
    io::PictureFolder folder(path_, 2);
    fill(folder, 2);
  }
  EXPECT_TRUE(fs::is_empty(folder_.path));
}

TEST_F(PictureFolder, AnEmptyFolderIsFilledAndNoOther) {
  fs::create_directory(path_);
  io::PictureFolder folder(path_, 1);
  fill(folder, 1);
  folder.commit();
  EXPECT_TRUE(fs::exists(path_ / "0000.png"));
  expect_error(Errc::io, {path_.string(), "no empty folder", "new folder"},
               [&] { io::PictureFolder(path_, 1); });
  expect_error(Errc::io, {"0000.png", "no empty folder"}, [&] { io::PictureFolder(path_ / "0000.png", 1); });
  expect_error(Errc::io, {"absent", "Create the folder"},
               [&] { io::PictureFolder(path_ / "absent" / "x", 1); });
}

}  // namespace
}  // namespace cuvae::test
