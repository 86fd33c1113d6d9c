#include "src/data/layout.hpp"

#include <charconv>
#include <cmath>
#include <string_view>
#include <utility>
#include <vector>

#include "src/core/check.hpp"
#include "src/core/read_error.hpp"
#include "src/core/shown.hpp"

namespace cuvae::data {
namespace {

constexpr std::int32_t kColours = 3;

std::optional<std::vector<std::int32_t>> extents_of(std::string_view text) {
  std::vector<std::int32_t> extents;
  const char* const end = text.data() + text.size();
  for (const char* at = text.data();; ++at) {
    const auto [rest, problem] = std::from_chars(at, end, extents.emplace_back());
    if (problem != std::errc() || extents.back() <= 0) return std::nullopt;
    if (rest == end) return extents;
    if (*rest != 'x') return std::nullopt;
    at = rest;
  }
}

ImageShape grey(std::int64_t height, std::int64_t width) {
  return {static_cast<std::int32_t>(height), static_cast<std::int32_t>(width)};
}

ImageShape coloured(std::int64_t height, std::int64_t width, ChannelOrder order) {
  return {static_cast<std::int32_t>(height), static_cast<std::int32_t>(width), kColours, order};
}

ImageShape picture_of(const std::vector<std::int32_t>& extents) {
  if (extents.size() == 2) return grey(extents[0], extents[1]);
  if (extents.size() != 3) return {};
  if (extents[2] == kColours) return coloured(extents[0], extents[1], ChannelOrder::interleaved);
  if (extents[0] == kColours) return coloured(extents[1], extents[2], ChannelOrder::planar);
  if (extents[2] == 1) return grey(extents[0], extents[1]);
  if (extents[0] == 1) return grey(extents[1], extents[2]);
  return {};
}

ImageShape square_of(std::int64_t cols) {
  const std::int64_t side = std::lround(std::sqrt(static_cast<double>(cols)));
  return cols >= 16 && side * side == cols ? grey(side, side) : ImageShape{};
}

std::string extents_text(ImageShape image) {
  const std::string pixels = std::to_string(image.height) + " x " + std::to_string(image.width);
  return image.channels == 1 ? pixels : pixels + " x " + std::to_string(image.channels);
}

}  // namespace

std::optional<ImageShape> parse_layout(const std::string& text) {
  if (text == "auto") return std::nullopt;
  if (text == "none") return ImageShape{};
  if (const auto extents = extents_of(text)) {
    const ImageShape image = picture_of(*extents);
    if (image.values() > 0) return image;
  }
  throw Error(Errc::invalid_argument,
              "'" + core::shown(text) +
                  "' is no layout of pictures; allowed: auto, none, or extents, as 28x28 (grey), 32x32x3 or "
                  "3x32x32 (colours)");
}

Pictures pictures_of(const Header& header) {
  const std::vector<std::int64_t>& shape = header.shape;
  if (shape.size() == 2) return {square_of(shape[1]), header.type != ElementType::u8};
  if (shape.size() == 3) return {grey(shape[1], shape[2])};
  if (shape.size() != 4) return {};
  if (shape[3] == 1) return {grey(shape[1], shape[2])};
  const bool interleaved = shape[3] == kColours, planar = shape[1] == kColours || shape[1] == 1;
  if (interleaved == planar) return {};
  if (interleaved) return {coloured(shape[1], shape[2], ChannelOrder::interleaved)};
  return {shape[1] == 1 ? grey(shape[2], shape[3]) : coloured(shape[2], shape[3], ChannelOrder::planar)};
}

void require_valid(const ReadOptions& options) {
  CUVAE_REQUIRE(!options.scale || (std::isnormal(*options.scale) && *options.scale > 0),
                "a scale of values is above 0 and finite");
  CUVAE_REQUIRE(!options.image || *options.image == ImageShape{} || options.image->values() > 0,
                "a picture has a height, a width, and 1 or 3 channels");
}

void require_rows_of(ImageShape image, std::int64_t cols, const std::string& source) {
  if (image.values() == cols) return;
  const std::string columns = std::to_string(cols);
  core::refuse(source,
               "its rows have " + columns + " values, pictures of " + extents_text(image) + " have " +
                   std::to_string(image.values()),
               "Choose a layout whose extents multiply to " + columns + ", or none.");
}

std::shared_ptr<const Dataset::Impl> read_as(const ReadOptions& options,
                                             std::shared_ptr<const Dataset::Impl> data) {
  if (!options.scale && !options.image) return data;
  auto read = std::make_shared<Dataset::Impl>(*data);
  if (options.scale) {
    read->scale = *options.scale;
    read->description += ", times " + text_of(*options.scale);
    read->facts_once = std::make_shared<FactsOnce>();
  }
  if (!options.image) return read;
  read->image = *options.image;
  read->image_if_unit = false;
  if (read->image != ImageShape{}) require_rows_of(read->image, read->cols, read->source);
  return read;
}

}  // namespace cuvae::data
