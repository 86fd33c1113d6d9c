#include "src/cli/pictures.hpp"

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include "src/io/png_grid.hpp"

namespace cuvae::cli {
namespace {

constexpr std::int64_t kPairs = 32;
constexpr std::int32_t kPairsAcross = 8;

std::vector<float> first_rows(const Dataset& data, std::int64_t count) {
  const auto cols = static_cast<std::size_t>(data.cols());
  std::vector<float> values(static_cast<std::size_t>(count) * cols);
  for (std::int64_t row = 0; row < count; ++row) {
    data.read_row(row, std::span(values).subspan(static_cast<std::size_t>(row) * cols, cols));
  }
  return values;
}

}  // namespace

void draw_samples(const std::string& path, Vae& vae, std::int64_t count, std::uint64_t seed,
                  ImageShape image) {
  const auto across = static_cast<std::int32_t>(std::ceil(std::sqrt(static_cast<double>(count))));
  io::write_png_grid(path, vae.sample(count, seed), count, image, across);
}

std::int64_t draw_reconstructions(const std::string& path, Vae& vae, const Dataset& data, ImageShape image) {
  const std::int64_t pairs = std::min(kPairs, data.rows());
  const std::vector<float> originals = first_rows(data, pairs);
  io::write_png_pairs(path, originals, vae.reconstruct(originals), pairs, image, kPairsAcross);
  return pairs;
}

}  // namespace cuvae::cli
