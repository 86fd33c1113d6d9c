// What the format of data leaves open, in the words of the command line: options of all commands that read
// it.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "cuvae/dataset.hpp"
#include "src/cli/options.hpp"
#include "src/config/key.hpp"

namespace cuvae::cli {

inline constexpr const char* kByItself = "auto";

struct Reading {
  std::string scale = kByItself;   // of every stored value: "1/255", "0.01"
  std::string layout = kByItself;  // of a row as a picture (src/data/layout.hpp)
};

inline Reading& part_of(Reading& settings, Reading*) { return settings; }
inline const Reading& part_of(const Reading& settings, Reading*) { return settings; }

// Throw Error(invalid_argument) where the text is no scale, no layout.
[[nodiscard]] std::optional<float> scale_of(const std::string& text);
[[nodiscard]] std::optional<ImageShape> layout_of(const std::string& text);

template <class Settings>
config::BasicKey<Settings> scale_key() {
  auto key = config::text_key<Settings>(config::Group::run,
                                        {"scale", "X", "times each stored value, as 1/255"}, &Reading::scale);
  key.kind = config::Kind::number_or_text;
  key.parse = [store = key.parse](Settings& settings, const std::string& text) {
    (void)scale_of(text);
    store(settings, text);
  };
  return key;
}

template <class Settings>
config::BasicKey<Settings> layout_key() {
  auto key = config::text_key<Settings>(
      config::Group::run, {"layout", "L", "of pictures: none|HxW|HxWx3|3xHxW"}, &Reading::layout);
  key.parse = [store = key.parse](Settings& settings, const std::string& text) {
    (void)layout_of(text);
    store(settings, text);
  };
  return key;
}

template <class Settings>
void add_reading(CommandLine& line, Settings& settings) {  // --scale, --layout
  line.setting(scale_key<Settings>(), settings);
  line.setting(layout_key<Settings>(), settings);
}

[[nodiscard]] ReadOptions read_options(const Reading& reading);

// Of a checkpoint's metadata: the scale that its data was read with, where one was given.
inline constexpr const char* kDataScaleNote = "data_scale";

// The same for data that a model is used on: what was not given is as it was in training. Where another scale
// was, a note says so on stderr. Throws Error(data) for a checkpoint whose scale is none.
[[nodiscard]] ReadOptions read_options_as_trained(const Reading& reading, const std::string& checkpoint,
                                                  const std::map<std::string, std::string>& metadata);

// Throws Error(data) where the channels of one are pixel by pixel, those of the other channel by channel.
void require_same_order(const Dataset& data, ImageShape trained, const std::string& trained_on);

}  // namespace cuvae::cli
