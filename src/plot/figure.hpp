// Curves over a common x-axis, with titles, ticks and a legend, as a PNG.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "src/plot/canvas.hpp"

namespace cuvae::plot {

struct Curve {
  std::vector<Point> points;  // x rises; where y is not finite there is a gap
  Pen pen;
};

struct Plot {
  std::string title;
  std::vector<Curve> curves;
};

struct Label {
  std::string text;
  Pen pen;
};

struct Figure {
  std::string title;
  std::vector<Label> legend;
  std::string x_title;                     // x is a whole number
  std::vector<std::vector<Plot>> columns;  // the plots of a column stand one above the other
};

// Each plot shows the bulk of its curves; what lies far outside, such as a first epoch, is cut off. Throws
// Error(io).
void draw(const std::filesystem::path& path, const Figure& figure);

}  // namespace cuvae::plot
