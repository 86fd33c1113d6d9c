#include "src/cli/pictures.hpp"

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include "src/cli/labels.hpp"
#include "src/io/png_grid.hpp"

namespace cuvae::cli {
namespace {

constexpr std::int64_t kPairs = 32;
constexpr std::int32_t kPairsAcross = 8;

std::int32_t across(std::int64_t count) {
  return static_cast<std::int32_t>(std::ceil(std::sqrt(static_cast<double>(count))));
}

bool pairs_fit(std::int64_t pairs, ImageShape image) {
  const std::int64_t columns = std::min<std::int64_t>(pairs, kPairsAcross);
  return io::grid_fits(image, 2 * ((pairs + columns - 1) / columns), columns);
}

std::vector<float> first_rows(const Dataset& data, std::int64_t count) {
  const auto cols = static_cast<std::size_t>(data.cols());
  std::vector<float> values(static_cast<std::size_t>(count) * cols);
  for (std::int64_t row = 0; row < count; ++row) {
    data.read_row(row, std::span(values).subspan(static_cast<std::size_t>(row) * cols, cols));
  }
  return values;
}

}  // namespace

std::string text_of(ImageShape image) {
  std::string text = std::to_string(image.height) + " x " + std::to_string(image.width);
  if (image.channels > 1) text += ", RGB";
  return image.order == ChannelOrder::planar ? text + ", planar" : text;
}

bool samples_fit(std::int64_t count, ImageShape image) {
  return io::grid_fits(image, (count + across(count) - 1) / across(count), across(count));
}

void draw_samples(const std::string& path, std::span<const float> samples, std::int64_t count,
                  ImageShape image, const io::Pulse& pulse) {
  io::write_png_grid(path, samples, count, image, across(count), pulse);
}

std::int64_t draw_reconstructions(const std::string& path, Vae& vae, const Dataset& data, ImageShape image) {
  std::int64_t pairs = std::min(kPairs, data.rows());
  while (pairs > 0 && !pairs_fit(pairs, image)) pairs /= 2;
  if (pairs == 0) return 0;
  const std::vector<float> originals = first_rows(data, pairs);
  io::write_png_pairs(path, originals, vae.reconstruct(originals, labels_of(data, 0, pairs)), pairs, image,
                      kPairsAcross);
  return pairs;
}

}  // namespace cuvae::cli
