// Folders of PNG pictures.
#include <filesystem>

#include "data/allocation_watch.hpp"
#include "data/sample_files.hpp"
#include "data/sample_png.hpp"
#include "src/data/dataset_impl.hpp"
#include "src/data/open_stream.hpp"
#include "src/data/png_folder_stream.hpp"

namespace cuvae::test {
namespace {

namespace fs = std::filesystem;

class PictureFolder {
 public:
  void add(const std::string& name, std::string_view bytes) { write_file(folder_.path / name, bytes); }
  [[nodiscard]] fs::path operator/(const std::string& name) const { return folder_.path / name; }
  [[nodiscard]] std::string path() const { return folder_.path.string(); }
  [[nodiscard]] Dataset open() const { return Dataset::open(path()); }

 private:
  TempDir folder_;
};

std::string grey_3x2(int first = 0) { return png_of({.width = 3, .height = 2, .rows = ramp(6, first)}); }

// The bytes of all pictures.
std::string pixels_of(const std::string& folder, std::size_t piece = 1 << 16) {
  data::PngFolderStream stream(folder);
  std::string pixels;
  for (;;) {
    std::string part(piece, '\0');
    part.resize(stream.read(std::as_writable_bytes(std::span(part))));
    pixels += part;
    if (part.size() < piece) return pixels;
  }
}

std::string pixels_of_one(const PngSample& picture) {
  PictureFolder folder;
  folder.add("x.png", png_of(picture));
  return pixels_of(folder.path());
}

// Of a folder with a good picture, a.png, and this one, b.png.
void expect_picture_refused(std::string_view bytes, std::vector<std::string> parts) {
  PictureFolder folder;
  folder.add("a.png", grey_3x2());
  folder.add("b.png", bytes);
  parts.push_back(folder / "b.png");
  expect_error(Errc::data, parts, [&] { pixels_of(folder.path()); });
}

TEST(PngFolder, IsInTheOrderOfItsNames) {
  PictureFolder folder;
  int first = 0;
  for (const char* name : {"10.png", "2.png", "B.PNG", "a.Png", "\xc3\xa9.png"})
    folder.add(name, grey_3x2(++first * 10));
  folder.add("readme.txt", "about them");
  folder.add(".hidden.png", "none");
  fs::create_directory(folder / "c.png");
  std::string expected;
  for (int i = 1; i <= 5; ++i) expected += ramp(6, i * 10);
  for (const std::size_t piece : {1, 4, 6, 7, 30, 31}) EXPECT_EQ(pixels_of(folder.path(), piece), expected);
  const Dataset data = folder.open();
  EXPECT_EQ(data.rows(), 5);
  EXPECT_EQ(data.image(), (ImageShape{2, 3}));
  EXPECT_EQ(data.description(), "PNG pictures, grey, 3 other files passed over, in memory");
  EXPECT_EQ(row_of(data, 1)[0], 20 * (1.0f / 255));
}

TEST(PngFolder, BytesOfZeroAndOneAreShades) {
  PictureFolder folder;
  folder.add("x.png", png_of({.width = 2, .height = 1, .rows = std::string("\0\1", 2)}));
  EXPECT_EQ(row_of(folder.open(), 0), (std::vector<float>{0, 1.0f / 255}));
}

TEST(PngFolder, LinksToFilesAreFollowed) {
  PictureFolder folder, other;
  other.add("elsewhere", grey_3x2(7));
  fs::create_symlink(other / "elsewhere", folder / "a.png");
  EXPECT_EQ(pixels_of(folder.path()), ramp(6, 7));
  fs::create_symlink("nowhere", folder / "b.png");
  expect_error(Errc::data, {folder / "b.png", "No such file"}, [&] { pixels_of(folder.path()); });
}

TEST(PngFolder, ShadesOfAnyDepth) {
  EXPECT_EQ(pixels_of_one({.width = 5, .height = 2, .rows = "\xA8\x50", .depth = 1}),
            (std::string("\xff\0\xff\0\xff\0\xff\0\xff\0", 10)));
  EXPECT_EQ(pixels_of_one({.width = 4, .height = 1, .rows = "\x1b", .depth = 2}),
            std::string("\0\x55\xaa\xff", 4));
  EXPECT_EQ(pixels_of_one({.width = 3, .height = 1, .rows = std::string("\x01\xf0", 2), .depth = 4}),
            std::string("\0\x11\xff", 3));
  EXPECT_EQ(pixels_of_one({.width = 16, .height = 16, .rows = ramp(256)}), ramp(256));
}

TEST(PngFolder, ColoursAreInterleaved) {
  PictureFolder folder;
  folder.add("a.png", png_of({.width = 2, .height = 3, .rows = ramp(18), .colour = 2}));
  const std::string palette = png_chunk("PLTE", ramp(12, 100));
  folder.add(
      "b.png",
      png_of(
          {.width = 2, .height = 3, .rows = std::string("\0\1\2\3\0\1", 6), .colour = 3, .before = palette}));
  EXPECT_EQ(pixels_of(folder.path()), ramp(18) + ramp(12, 100) + ramp(6, 100));
  const data::PngFolderStream stream(folder.path());
  EXPECT_EQ(stream.header().shape, (std::vector<std::int64_t>{2, 3, 2, 3}));
  EXPECT_EQ(stream.description(), "PNG pictures, RGB");
}

TEST(PngFolder, InterlacedPictures) {
  EXPECT_EQ(pixels_of_one({.width = 11, .height = 9, .rows = ramp(99), .passes = PngPasses::adam7}),
            ramp(99));
  EXPECT_EQ(pixels_of_one({.width = 1, .height = 9, .rows = ramp(9), .passes = PngPasses::adam7}), ramp(9));
}

// libpng would make sRGB of them.
TEST(PngFolder, WhatIsSaidOfGammaAndColoursChangesNoByte) {
  const std::string linear = png_chunk("gAMA", std::string("\0\1\x86\xa0", 4));
  const std::string white = png_chunk("cHRM", std::string(32, '\1'));
  for (const std::string& before : {linear, png_chunk("sRGB", std::string(1, '\0')), linear + white}) {
    EXPECT_EQ(pixels_of_one({.width = 16, .height = 16, .rows = ramp(256), .before = before}), ramp(256));
    EXPECT_EQ(pixels_of_one({.width = 8, .height = 8, .rows = ramp(192), .colour = 2, .before = before}),
              ramp(192));
  }
}

TEST(PngFolder, AllAreOfOneKind) {
  expect_picture_refused(png_of({.width = 2, .height = 3, .rows = ramp(6)}),
                         {"it is 2 wide, 3 high, grey", "'a.png' is 3 wide, 2 high, grey", "-resize 3x2!"});
  expect_picture_refused(png_of({.width = 3, .height = 2, .rows = ramp(18), .colour = 2}),
                         {"3 wide, 2 high, RGB, but", "grey", "-colorspace Gray"});
}

TEST(PngFolder, AlphaAndWideChannelsAreRefused) {
  const auto of = [](int colour, int depth, std::size_t bytes) {
    return png_of({.width = 3, .height = 2, .rows = ramp(bytes), .depth = depth, .colour = colour});
  };
  expect_picture_refused(of(4, 8, 12), {"alpha", "-alpha off"});
  expect_picture_refused(of(6, 8, 24), {"alpha", "-alpha off"});
  expect_picture_refused(of(0, 16, 12), {"16 bits", "-depth 8"});
  expect_picture_refused(of(2, 16, 36), {"16 bits", "-depth 8"});
  expect_picture_refused(
      png_of({.width = 3, .height = 2, .rows = ramp(6), .before = png_chunk("tRNS", std::string(2, '\0'))}),
      {"transparent", "-alpha off"});
}

TEST(PngFolder, NoPictures) {
  PictureFolder folder;
  folder.add("a.txt", "x");
  fs::create_directory(folder / "train");
  expect_error(Errc::data, {folder.path(), "no PNG pictures", "not entered"},
               [&] { static_cast<void>(folder.open()); });
  folder.add("a.JPG", "x");
  expect_error(Errc::data, {folder.path(), "no PNG pictures", "magick mogrify -format png"},
               [&] { static_cast<void>(folder.open()); });
  const std::string part = folder.path() + ":x";
  expect_error(Errc::data, {"no part can be named"}, [&] { static_cast<void>(Dataset::open(part)); });
  expect_picture_refused("JFIF", {"no PNG picture", "Convert"});
  expect_picture_refused("", {"no PNG picture"});
}

TEST(PngFolder, AnyByteFlippedIsRefused) {
  const std::string good = grey_3x2();
  for (std::size_t at = 0; at < good.size(); ++at) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 0x11);
    expect_picture_refused(bad, {});
  }
}

TEST(PngFolder, CutOffAnywhere) {
  const std::string good = grey_3x2();
  for (std::size_t size = 8; size < good.size(); ++size)
    expect_picture_refused(good.substr(0, size), {"cut off", "again"});
  expect_picture_refused(good + "!", {"something follows", "byte " + std::to_string(good.size())});
}

TEST(PngFolder, PixelsThatDoNotFit) {
  expect_picture_refused(png_of({.width = 3, .height = 2, .rows = ramp(4)}), {"damaged", "libpng"});
  expect_picture_refused(png_of({.width = 3, .height = 2, .rows = ramp(8)}), {"damaged", "libpng"});
  expect_picture_refused(png_of({.width = 3, .height = 2, .rows = ramp(6), .before = png_chunk("ABCD", "")}),
                         {"damaged", "libpng"});
}

TEST(PngFolder, SizesThatCannotBe) {
  forget_allocations();
  const auto declared = [](std::uint32_t width, std::uint32_t height) {
    std::string bytes = png_of({.width = width, .height = 1, .rows = "x"});
    const std::string size{static_cast<char>(height >> 24), static_cast<char>(height >> 16),
                           static_cast<char>(height >> 8), static_cast<char>(height)};
    const std::string header = bytes.substr(16, 4) + size + bytes.substr(24, 5);
    return bytes.replace(8, 25, png_chunk("IHDR", header));
  };
  expect_picture_refused(declared(0xFFFFFFFF, 0xFFFFFFFF), {"too large", "4294967295 wide"});
  expect_picture_refused(declared(0x7FFFFFFF, 1), {"too large"});
  expect_picture_refused(declared(4000, 4000), {"truncated", "4000 wide, 4000 high"});
  expect_picture_refused(declared(0, 1), {"IHDR"});
  expect_picture_refused(declared(1, 0), {"IHDR"});
  EXPECT_LT(largest_allocation(), std::size_t{1} << 20);
}

TEST(PngFolder, TextsAreNotInflated) {
  const std::string text =
      png_chunk("zTXt", std::string("a\0\0", 3) + zlib_of(std::string(std::size_t{7} << 20, ' ')));
  std::string texts;
  for (int i = 0; i < 30; ++i) texts += text;
  forget_peak_memory();
  const std::size_t before = peak_memory();
  EXPECT_EQ(pixels_of_one({.width = 3, .height = 2, .rows = ramp(6), .before = texts}), ramp(6));
  EXPECT_LT(peak_memory() - before, std::size_t{32} << 20);
}

}  // namespace
}  // namespace cuvae::test
