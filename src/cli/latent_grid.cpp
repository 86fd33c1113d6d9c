#include "src/cli/latent_grid.hpp"

#include <algorithm>

#include "src/cli/array_out.hpp"
#include "src/cli/names.hpp"
#include "src/cli/row_watch.hpp"
#include "src/io/png_grid.hpp"

namespace cuvae::cli {
namespace {

struct Points {
  std::vector<float> z, labels;
};

Points points_of(const LatentGrid& grid, std::int64_t first, std::int64_t count, const ModelConfig& model) {
  const auto latent = static_cast<std::size_t>(model.latent),
             label = static_cast<std::size_t>(model.label_dim);
  Points all{std::vector<float>(static_cast<std::size_t>(count) * latent),
             std::vector<float>(static_cast<std::size_t>(count) * label)};
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t place = first + i;
    const auto at = static_cast<std::size_t>(i);
    grid.point(
        place / grid.columns, place % grid.columns,
        {std::span(all.z).subspan(at * latent, latent), std::span(all.labels).subspan(at * label, label)});
  }
  return all;
}

// In batches.
template <class Take>
void decode(const ModelUse& use, Vae& vae, const LatentGrid& grid, const Take& take) {
  RowWatch watch(grid.verb, grid.count());
  for (std::int64_t first = 0; first < grid.count(); first += use.batch) {
    const std::int64_t count = std::min<std::int64_t>(use.batch, grid.count() - first);
    const Points points = points_of(grid, first, count, vae.config());
    take(vae.decode(points.z, points.labels));
    watch.done(first + count);
  }
}

}  // namespace

std::vector<float> decode_grid(const ModelUse& use, Vae& vae, const LatentGrid& grid) {
  std::vector<float> all;
  decode(use, vae, grid,
         [&](const std::vector<float>& values) { all.insert(all.end(), values.begin(), values.end()); });
  return all;
}

void write_grid_rows(const ModelUse& use, Vae& vae, const LatentGrid& grid) {
  const auto file = rows_to(use.out, grid.count(), vae.config().data_dim, columns_of(vae));
  decode(use, vae, grid, [&](const std::vector<float>& values) { file->append(values); });
  commit(*file);
}

void write_grid_png(const ModelUse& use, Vae& vae, const LatentGrid& grid) {
  const ImageShape image = require_picture(use, vae, grid.rows, grid.columns);
  io::write_png_grid(use.out, decode_grid(use, vae, grid), grid.count(), image,
                     static_cast<std::int32_t>(grid.columns));
}

ImageShape require_picture(const ModelUse& use, const Vae& vae, std::int64_t rows, std::int64_t columns) {
  const ImageShape image = require_image(use, vae);
  if (!io::grid_fits(image, rows, columns))
    throw Error(
        Errc::invalid_argument,
        std::to_string(rows) + " x " + std::to_string(columns) + " pictures of " +
            std::to_string(image.height) + " x " + std::to_string(image.width) +
            " pixels are too many for a PNG\nChoose fewer --steps, or write them to a file ending in .npy.");
  return image;
}

std::vector<float> row_of(const Dataset& data, std::int64_t row, const std::string& option) {
  if (row >= data.rows())
    throw Error(Errc::invalid_argument, option + ": " + data.source() + " has no row " + std::to_string(row) +
                                            "; its rows are 0 to " + std::to_string(data.rows() - 1));
  std::vector<float> values(static_cast<std::size_t>(data.cols()));
  data.read_row(row, values);
  return values;
}

}  // namespace cuvae::cli
