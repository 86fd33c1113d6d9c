// What formats leave open, on the command line: pictures in colour, --layout and --scale.
#include <algorithm>

#include "cli/cuvae.hpp"
#include "data/sample_files.hpp"
#include "support/read_png.hpp"

namespace cuvae::test {
namespace {

constexpr int kRows = 64, kSide = 8, kPixels = kSide * kSide;

// Value of a channel: pictures are red to the left and blue to the right, the greener the later.
std::uint8_t colour(int row, int pixel, int channel) {
  const int x = pixel % kSide;
  return static_cast<std::uint8_t>(channel == 0 ? 255 - 30 * x : channel == 1 ? 3 * row : 30 * x);
}

class Reading : public CliTest {
 protected:
  Reading() {
    for (int row = 0; row < kRows; ++row) {
      for (int i = 0; i < 3 * kPixels; ++i) {
        interleaved_.push_back(colour(row, i / 3, i % 3));
        planar_.push_back(colour(row, i % kPixels, i / kPixels));
      }
    }
    write_file(at("rgb.npy"), npy_header("|u1", "(64, 8, 8, 3)") + bytes_of(interleaved_));
    write_file(at("planar.npy"), npy_header("|u1", "(64, 3, 8, 8)") + bytes_of(planar_));
    write_file(at("flat.npy"), npy_header("|u1", "(64, 192)") + bytes_of(interleaved_));
    const std::vector<float> floats(interleaved_.begin(), interleaved_.end());
    write_file(at("floats.npy"), npy_header("<f4", "(64, 8, 8, 3)") + bytes_of(floats));
  }
  [[nodiscard]] CommandResult train_on(const std::string& data, const std::string& out,
                                       const Words& more = {}) const {
    return cuvae(Words{"train", data, "--out", out, "--hidden", "8", "--latent", "2", "--batch", "16",
                       "--epochs", "2", "--threads", "1", "--device", "cpu"} +
                 more);
  }
  void trained_on(const std::string& data, const std::string& out, const Words& more = {}) const {
    const CommandResult result = train_on(data, out, more);
    ASSERT_EQ(result.exit_code, 0) << result.err;
  }
  [[nodiscard]] Picture rgb(const std::string& name) const { return read_png(at(name), PNG_FORMAT_RGB); }
  [[nodiscard]] bool is_there(const std::string& name) const { return std::filesystem::exists(at(name)); }

  std::vector<std::uint8_t> interleaved_, planar_;
};

// The middle of the pixel (x, y) of picture `column` in the top row of a grid: cells of 56 pixels.
std::array<int, 3> shown(const Picture& grid, int column, int x, int y) {
  return grid.rgb(column * 58 + x * 7 + 3, y * 7 + 3);
}

void expect_originals(const Picture& grid) {
  for (const int row : {0, 7}) {
    for (const auto& [x, y] : {std::pair{0, 0}, {7, 0}, {3, 5}}) {
      const int pixel = y * kSide + x;
      const std::array<int, 3> expected{colour(row, pixel, 0), colour(row, pixel, 1), colour(row, pixel, 2)};
      EXPECT_EQ(shown(grid, row, x, y), expected) << row << ": " << x << ", " << y;
    }
  }
}

TEST_F(Reading, PicturesInColourAreShownInColour) {
  for (const std::string data : {"rgb.npy", "planar.npy"}) {
    SCOPED_TRACE(data);
    std::filesystem::remove_all(at("run"));
    trained_on(data, "run");
    const Picture samples = rgb("run/samples.png");
    EXPECT_EQ(std::pair(samples.width, samples.height), std::pair(8 * 58 - 2, 8 * 58 - 2));
    expect_originals(rgb("run/reconstructions.png"));
    const std::string model = "run/model.safetensors";
    (void)done({"reconstruct", model, data, "--out", "pairs.png"});
    expect_originals(rgb("pairs.png"));
    (void)done({"interpolate", model, data, "--rows", "0,7", "--out", "between.png"});
    EXPECT_EQ(shown(rgb("between.png"), 0, 7, 0), (std::array<int, 3>{45, 0, 210})) << "the original";
    for (const Words& command : {Words{"sample"}, Words{"traverse"}, Words{"manifold", "--steps", "3"}}) {
      (void)done(command + Words{model, "--out", "drawn.png"});
      EXPECT_EQ(rgb("drawn.png").channels, 3);
    }
  }
}

TEST_F(Reading, InfoSaysWhatPicturesAre) {
  const auto told = [&](const Words& arguments, const std::string& part) {
    const std::string info = done(Words{"info"} + arguments);
    EXPECT_NE(info.find(part), std::string::npos) << part << " is not in\n" << info;
  };
  told({"rgb.npy"}, " 8 x 8, RGB\n");
  told({"planar.npy"}, " 8 x 8, RGB, planar\n");
  told({"flat.npy", "--layout", "4x48"}, " 4 x 48\n");
  told({"floats.npy", "--scale", "1/200"}, "value x 0.005\n");
  told({"floats.npy", "--scale", "1/255"}, "from 0 to 1,");
  EXPECT_EQ(done({"info", "rgb.npy", "--layout", "none"}).find("picture"), std::string::npos);
}

TEST_F(Reading, ALayoutMakesPicturesOfRows) {
  trained_on("flat.npy", "plain");
  EXPECT_FALSE(is_there("plain/samples.png"));
  trained_on("flat.npy", "run", {"--layout", "8x8x3", "--validation", "flat.npy"});
  EXPECT_EQ(rgb("run/samples.png").channels, 3);
  expect_originals(rgb("run/reconstructions.png"));
  EXPECT_NE(text("run/config.toml").find("\nlayout = \"8x8x3\"\n"), std::string::npos);
  trained_on("flat.npy", "again", {"--config", "run/config.toml"});
  EXPECT_EQ(text("again/samples.png"), text("run/samples.png"));
  trained_on("rgb.npy", "none", {"--layout", "none"});
  EXPECT_FALSE(is_there("none/samples.png"));

  // What a model was not trained with may still be said when it is drawn.
  const std::string model = "plain/model.safetensors";
  expect_refusal(cuvae({"sample", model, "--out", "s.png"}), 2, {"no pictures", "--layout", "s.npy"});
  (void)done({"sample", model, "--layout", "8x8x3", "--out", "s.png"});
  EXPECT_EQ(rgb("s.png").channels, 3);
  (void)done({"reconstruct", model, "flat.npy", "--layout", "8x8x3", "--out", "s.png"});
  expect_originals(rgb("s.png"));
  expect_refusal(cuvae({"sample", model, "--layout", "8x8", "--out", "t.png"}), 2, {"--layout", "64", "192"});
  expect_refusal(cuvae({"sample", model, "--layout", "none", "--out", "t.png"}), 2, {"--layout", "t.npy"});
  EXPECT_FALSE(is_there("t.png"));
}

TEST_F(Reading, ColoursInAnotherOrderAreRefused) {
  trained_on("rgb.npy", "run");
  for (const Words& command : {Words{"eval"}, Words{"encode", "--out", "z.npy"}}) {
    const Words planar = command + Words{"run/model.safetensors", "planar.npy"};
    expect_refusal(cuvae(planar), 3,
                   {"planar.npy: its colours are planar (3 x 8 x 8), those of run/model.safetensors "
                    "interleaved (8 x 8 x 3)",
                    "--layout"});
    EXPECT_EQ(cuvae(planar + Words{"--layout", "8x8x3"}).exit_code, 0) << "who says so knows it";
  }
  expect_refusal(train_on("rgb.npy", "other", {"--validation", "planar.npy"}), 3, {"planar.npy", "rgb.npy"});
  EXPECT_FALSE(is_there("other"));
}

TEST_F(Reading, AScaleMakesTheValuesOfPixels) {
  trained_on("rgb.npy", "bytes");
  expect_refusal(train_on("floats.npy", "floats"), 3,
                 {"but the likelihood needs values in [0, 1]", "--scale"});
  trained_on("floats.npy", "floats", {"--scale", "1/255", "--validation", "floats.npy"});
  EXPECT_EQ(weights("floats/model.safetensors"), weights("bytes/model.safetensors"));
  EXPECT_NE(text("floats/config.toml").find("\nscale = \"1/255\"\n"), std::string::npos);
  trained_on("floats.npy", "again", {"--config", "floats/config.toml"});
  EXPECT_EQ(weights("again/model.safetensors"), weights("bytes/model.safetensors"));
}

TEST_F(Reading, AModelRemembersTheScaleOfItsData) {
  trained_on("rgb.npy", "bytes");
  trained_on("floats.npy", "floats", {"--scale", "1/255"});
  EXPECT_EQ(done({"info", "bytes/model.safetensors"}).find("data_scale"), std::string::npos);
  EXPECT_NE(done({"info", "floats/model.safetensors"}).find("data_scale"), std::string::npos);
  const auto encoded = [&](const std::string& run, const std::string& data, const Words& more,
                           const std::string& note) {
    const CommandResult result =
        cuvae(Words{"encode", run + "/model.safetensors", data, "--out", "z.npy"} + more);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(result.err, note);
    return values_of("z.npy");
  };
  const std::vector<float> expected = encoded("bytes", "rgb.npy", {}, "");
  EXPECT_EQ(encoded("floats", "floats.npy", {}, ""), expected);
  EXPECT_EQ(encoded("floats", "rgb.npy", {}, ""), expected);
  EXPECT_EQ(encoded("floats", "floats.npy", {"--scale", "1/255"}, ""), expected);
  EXPECT_EQ(encoded("bytes", "floats.npy", {"--scale", "1/255"}, ""), expected);
  EXPECT_NE(encoded("floats", "floats.npy", {"--scale", "0.5"},
                    "cuvae: note: values are read times 0.5, floats/model.safetensors was trained on values "
                    "times 1/255\n"),
            expected);
  for (const char* command : {"eval", "reconstruct", "traverse"}) {
    const Words out = std::string(command) == "eval" ? Words{} : Words{"--out", "o.npy"};
    EXPECT_EQ(cuvae(Words{command, "floats/model.safetensors", "floats.npy"} + out).exit_code, 0) << command;
  }
  Vae::load(at("bytes/model.safetensors").string(), Device::cpu(1))
      .save(at("odd.safetensors").string(), {{"data_scale", "1/none"}});
  expect_refusal(cuvae({"eval", "odd.safetensors", "rgb.npy"}), 3,
                 {"odd.safetensors", "data_scale", "1/none"});
}

TEST_F(Reading, ARunGoesOnOnItsScaleOnly) {
  const Words stop{"--max-steps", "3", "--scale", "1/255"};
  trained_on("floats.npy", "run", stop);
  expect_refusal(train_on("floats.npy", "run", {"--resume", "--scale", "1/256"}), 3, {"fingerprint"});
  trained_on("floats.npy", "run", {"--resume", "--scale", "1/255", "--layout", "none"});
  trained_on("floats.npy", "whole", {"--scale", "1/255"});
  EXPECT_EQ(weights("run/model.safetensors"), weights("whole/model.safetensors"));
}

TEST_F(Reading, ConfigurationFilesHaveNumbersToo) {
  write_file(at("run.toml"), "scale = 0.5\nlayout = \"3x8x8\"\n");
  trained_on("flat.npy", "run", {"--config", "run.toml", "--likelihood", "gaussian"});
  EXPECT_NE(text("run/config.toml").find("\nscale = 0.5\n"), std::string::npos);
  const auto refused = [&](const std::string& line, const Words& parts) {
    write_file(at("run.toml"), line);
    expect_refusal(train_on("flat.npy", "other", {"--config", "run.toml"}), 2, Words{"run.toml:1:"} + parts);
  };
  refused("scale = 0\n", {"scale", "0 is out of range"});
  refused("scale = [1]\n", {"scale", "a number or a word in quotes"});
  refused("layout = \"8x8x4\"\n", {"layout", "'8x8x4'", "auto, none"});
  refused("layout = 8\n", {"layout", "text in quotes"});
  refused("scael = 1\n", {"scael", "did you mean 'scale'?"});
}

TEST_F(Reading, WhatIsNoneIsRefused) {
  const auto refused = [&](const Words& options, int code, const Words& parts) {
    expect_refusal(train_on("flat.npy", "run", options), code, parts);
    EXPECT_FALSE(is_there("run"));
  };
  for (const char* scale : {"0", "-1", "-1/255", "0/255", "1e-60", "1e60"})
    refused({"--scale", scale}, 2, {"--scale: ", "out of range; allowed: greater than 0"});
  for (const char* scale : {"nan", "inf", "1/0", "half", "1/", "/255", "1/2/3", "1 / 255"})
    refused({"--scale", scale}, 2, {"--scale: '" + std::string(scale) + "' is no f"});
  refused({"--scale="}, 2, {"--scale needs a value"});
  for (const char* layout : {"8", "8x8x4", "x8", "rgb"})
    refused({"--layout", layout}, 2, {"--layout: '" + std::string(layout) + "' is no layout", "auto, none"});
  refused({"--layout", "9x9x3"}, 3, {"flat.npy", "192", "9 x 9 x 3 have 243"});
  refused({"--scal", "1"}, 2, {"unknown option '--scal'; did you mean '--scale'?"});
  refused({"--lay-out", "1x1"}, 2, {"did you mean '--layout'?"});
  trained_on("flat.npy", "model");
  const std::string model = "model/model.safetensors";
  expect_refusal(cuvae({"info", model, "--scale", "2"}), 2, {"a checkpoint", "--scale"});
  expect_refusal(cuvae({"traverse", model, "--scale", "2", "--out", "o.npy"}), 2, {"--scale", "no DATA"});
  expect_refusal(cuvae({"eval", model, "flat.npy", "--layout", "9x9x3"}), 3, {"192", "243"});
}

}  // namespace
}  // namespace cuvae::test
