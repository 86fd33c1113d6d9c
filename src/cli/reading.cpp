#include "src/cli/reading.hpp"

#include "src/cli/output.hpp"
#include "src/core/shown.hpp"
#include "src/data/layout.hpp"

namespace cuvae::cli {
namespace {

constexpr config::NumberRange kScales{.ends = config::NumberRange::Ends::open_below};

std::string order_text(ImageShape image) {
  const std::string pixels = std::to_string(image.height) + " x " + std::to_string(image.width);
  return image.order == ChannelOrder::planar ? "planar (3 x " + pixels + ")"
                                             : "interleaved (" + pixels + " x 3)";
}

}  // namespace

std::optional<float> scale_of(const std::string& text) {
  if (text == kByItself) return std::nullopt;
  const double scale = config::to_fraction(text);
  require(kScales, scale);
  return static_cast<float>(scale);
}

std::optional<ImageShape> layout_of(const std::string& text) { return data::parse_layout(text); }

ReadOptions read_options(const Reading& reading) {
  return {scale_of(reading.scale), layout_of(reading.layout)};
}

ReadOptions read_options_as_trained(const Reading& reading, const std::string& checkpoint,
                                    const std::map<std::string, std::string>& metadata) {
  ReadOptions options = read_options(reading);
  const auto note = metadata.find(kDataScaleNote);
  if (note == metadata.end()) return options;
  std::optional<float> trained;
  try {
    trained = scale_of(note->second);
  } catch (const Error& error) {
    throw Error(Errc::data, checkpoint + ": its " + kDataScaleNote + ": " + error.what() +
                                "\nThe file was changed since it was written; take another checkpoint.");
  }
  if (!options.scale) {
    options.scale = trained;
  } else if (trained && *options.scale != *trained) {
    print("cuvae: note: values are read times " + reading.scale + ", " + checkpoint +
              " was trained on values times " + core::shown(note->second) + "\n",
          Stream::err);
  }
  return options;
}

void require_same_order(const Dataset& data, ImageShape trained, const std::string& trained_on) {
  if (trained.channels == 1) return;
  const ImageShape image = data.image();
  if (image.channels == 1 || image.order == trained.order) return;
  throw Error(
      Errc::data,
      data.source() + ": its colours are " + order_text(image) + ", those of " + trained_on + " " +
          order_text(trained) +
          "\nSave them in the same order (numpy.moveaxis); where the shape does not say how they are, "
          "--layout does.");
}

}  // namespace cuvae::cli
