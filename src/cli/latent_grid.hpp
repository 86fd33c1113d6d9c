// Points of the latent space in rows and columns, and what a model decodes them to.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "src/cli/model_use.hpp"

namespace cuvae::cli {

struct LatentGrid {
  std::string verb;  // what is done, for the progress shown
  std::int64_t rows = 0, columns = 0;
  // Fills z, as long as the model has latent dimensions, all of them 0 before, and the label likewise.
  struct Point {
    std::span<float> z, label;
  };
  std::function<void(std::int64_t row, std::int64_t column, const Point& point)> point;

  [[nodiscard]] std::int64_t count() const { return rows * columns; }
};

inline constexpr config::IntegerRange kSteps{2, 1000};  // points along a line
inline constexpr config::IntegerRange kRows{0, std::numeric_limits<std::int64_t>::max()};  // numbers of rows

// All of it: count() x data_dim values. Throws Stopped where a signal asks for it.
[[nodiscard]] std::vector<float> decode_grid(const ModelUse& use, Vae& vae, const LatentGrid& grid);
// The same as rows, batch by batch.
void write_grid_rows(const ModelUse& use, Vae& vae, const LatentGrid& grid);
// The same as a picture of pictures.
void write_grid_png(const ModelUse& use, Vae& vae, const LatentGrid& grid);

// Throws Error(invalid_argument) where the model was not trained on pictures, or so many of them do not fit.
[[nodiscard]] ImageShape require_picture(const ModelUse& use, const Vae& vae, std::int64_t rows,
                                         std::int64_t columns);

// The row of the data. Throws Error(invalid_argument), which names the option, where there is no such row.
[[nodiscard]] std::vector<float> row_of(const Dataset& data, std::int64_t row, const std::string& option);

}  // namespace cuvae::cli
