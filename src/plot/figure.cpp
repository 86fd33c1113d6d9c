#include "src/plot/figure.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

#include "src/plot/axis.hpp"

namespace cuvae::plot {
namespace {

// Pixels.
constexpr int kWidth = 1400, kHeight = 640;
constexpr double kEdge = 28;
constexpr double kTitleHeight = 15, kPlotTitleHeight = 12.5, kWordsHeight = 11;
constexpr double kLegendLine = 28, kLegendStroke = 34, kLegendGap = 30;
constexpr double kTickLength = 5, kTickGap = 9, kBetweenLabels = 30;
constexpr double kLeftOfFrame = 74, kAboveFrame = 46, kBetweenColumns = 24;
constexpr double kBesideCurves = 16;
constexpr double kBelowFrame = 58;  // x-axis and its title
constexpr double kDotRadius = 3.6;
constexpr std::size_t kMostDots = 40;      // of a curve that has one at each point
constexpr std::size_t kMostPoints = 2000;  // of a curve; about the pixels it has
constexpr double kFarAway = 1e6;
constexpr int kMostXTicks = 14, kMostYTicks = 7, kPixelsPerTick = 34;

constexpr Colour kInk{38, 38, 38}, kPaleInk{96, 96, 96}, kGrid{228, 228, 228};

// The lowest and the highest point of as many neighbours as it takes.
std::vector<Point> thinned(const std::vector<Point>& points) {
  if (points.size() <= kMostPoints) return points;
  const std::size_t neighbours = 2 * points.size() / kMostPoints + 1;
  std::vector<Point> kept;
  for (std::size_t first = 0; first < points.size(); first += neighbours) {
    const auto begin = points.begin() + static_cast<std::ptrdiff_t>(first);
    const auto end = begin + static_cast<std::ptrdiff_t>(std::min(neighbours, points.size() - first));
    const auto [low, high] =
        std::minmax_element(begin, end, [](const Point& a, const Point& b) { return a.y < b.y; });
    kept.push_back(std::min(low, high)[0]);
    if (low != high) kept.push_back(std::max(low, high)[0]);
  }
  return kept;
}

// The runs of points without a gap.
void for_each_piece(std::span<const Point> points, const std::function<void(std::span<const Point>)>& use) {
  const auto is_gap = [](const Point& point) { return !std::isfinite(point.y); };
  while (!points.empty()) {
    const auto count = static_cast<std::size_t>(std::ranges::find_if(points, is_gap) - points.begin());
    if (count > 0) use(points.first(count));
    points = points.subspan(std::min(count + 1, points.size()));
  }
}

Range x_range(const Figure& figure) {
  Range range{HUGE_VAL, -HUGE_VAL};
  for (const auto& column : figure.columns)
    for (const Plot& plot : column)
      for (const Curve& curve : plot.curves)
        for (const Point& point : curve.points) range = together(range, {point.x, point.x});
  return range.least > range.most ? Range{} : range;
}

// Of each curve by itself: none hides another.
Range y_range(const Plot& plot) {
  Range range{HUGE_VAL, -HUGE_VAL};
  for (const Curve& curve : plot.curves) {
    std::vector<double> values;
    for (const Point& point : curve.points) values.push_back(point.y);
    range = together(range, bulk_of(values));
  }
  return widened(range);
}

class Frame {
 public:
  Frame(Canvas& canvas, const Box& box, Range x, Range y) : canvas_(canvas), box_(box), x_(x), y_(y) {}

  void draw_y_axis() {
    const int most = std::clamp(static_cast<int>((box_.bottom - box_.top) / kPixelsPerTick), 2, kMostYTicks);
    const Ticks ticks = ticks_of(y_, most, TicksAt::any);
    for (const double place : ticks.places) {
      const double y = at({0, place}).y;
      straight({box_.left, y}, {box_.right, y}, kGrid);
      canvas_.words({box_.left - kTickGap, y + 0.5 * kWordsHeight}, Align::right,
                    tick_label(place, ticks.step), kWordsHeight, kInk);
    }
  }

  enum class XLabels { none, all };
  void draw_x_axis(XLabels labels) {
    const double widest = Canvas::width_of(tick_label(x_.most, 1), kWordsHeight) + kBetweenLabels;
    const int most = std::min(kMostXTicks, static_cast<int>((box_.right - box_.left) / widest));
    const Ticks ticks = ticks_of(x_, most, TicksAt::whole);
    for (const double place : ticks.places) {
      const double x = at({place, 0}).x;
      straight({x, box_.bottom}, {x, box_.bottom + kTickLength}, kInk);
      if (labels == XLabels::all)
        canvas_.words({x, box_.bottom + kTickLength + kTickGap + kWordsHeight}, Align::centre,
                      tick_label(place, ticks.step), kWordsHeight, kInk);
    }
  }

  void draw_border() {
    straight({box_.left, box_.top}, {box_.left, box_.bottom}, kInk);
    straight({box_.left, box_.bottom}, {box_.right, box_.bottom}, kInk);
  }

  enum class Dots { lone, all };  // points without neighbours, or each
  void draw(const Curve& curve, Dots dots) {
    const std::vector<Point> points = thinned(curve.points);
    for_each_piece(points, [&](std::span<const Point> piece) {
      std::vector<Point> pixels;
      for (const Point& point : piece) pixels.push_back(at(point));
      canvas_.line(pixels, curve.pen, box_);
      if (dots == Dots::lone && piece.size() > 1) return;
      for (const Point& pixel : pixels) {
        if (box_.top <= pixel.y && pixel.y <= box_.bottom) canvas_.dot(pixel, kDotRadius, curve.pen.colour);
      }
    });
  }

 private:
  [[nodiscard]] Point at(Point data) const {
    const double right = x_.length() > 0 ? (data.x - x_.least) / x_.length() : 0.5;
    const double up = (data.y - y_.least) / y_.length();
    return {std::lerp(box_.left + kBesideCurves, box_.right - kBesideCurves, right),
            box_.bottom - std::clamp(up, -kFarAway, kFarAway) * (box_.bottom - box_.top)};
  }
  // On whole pixels: sharp.
  void straight(Point from, Point to, Colour colour) {
    const auto sharp = [](Point point) {
      return Point{std::floor(point.x) + 0.5, std::floor(point.y) + 0.5};
    };
    const std::vector<Point> points{sharp(from), sharp(to)};
    canvas_.line(points, {colour, 1}, {0, 0, kWidth, kHeight});
  }

  Canvas& canvas_;
  Box box_;
  Range x_, y_;
};

// Below each other, as many in a line as fit. Returns where it ends.
double draw_legend(Canvas& canvas, const std::vector<Label>& legend, double top) {
  Point at{kEdge, top};
  for (const Label& label : legend) {
    const double width = kLegendStroke + kTickGap + Canvas::width_of(label.text, kWordsHeight);
    if (at.x > kEdge && at.x + width > canvas.width() - kEdge) at = {kEdge, at.y + kLegendLine};
    const double middle = at.y + 0.5 * kLegendLine;
    const std::vector<Point> stroke{{at.x, middle}, {at.x + kLegendStroke, middle}};
    canvas.line(stroke, label.pen, {0, 0, kWidth, kHeight});
    canvas.words({at.x + kLegendStroke + kTickGap, middle + 0.5 * kWordsHeight}, Align::left, label.text,
                 kWordsHeight, kInk);
    at.x += width + kLegendGap;
  }
  return at.y + kLegendLine;
}

void draw_plot(Canvas& canvas, const Plot& plot, const Box& box, Range x, Frame::XLabels labels) {
  Frame frame(canvas, box, x, y_range(plot));
  frame.draw_y_axis();
  frame.draw_x_axis(labels);
  frame.draw_border();
  const bool few =
      std::ranges::all_of(plot.curves, [](const Curve& curve) { return curve.points.size() <= kMostDots; });
  for (const Curve& curve : plot.curves) frame.draw(curve, few ? Frame::Dots::all : Frame::Dots::lone);
  canvas.words({box.left, box.top - kTickGap - 2}, Align::left, plot.title, kPlotTitleHeight, kInk);
}

}  // namespace

void draw(const std::filesystem::path& path, const Figure& figure) {
  Canvas canvas(kWidth, kHeight);
  canvas.words({kEdge, kEdge + kTitleHeight}, Align::left, figure.title, kTitleHeight, kInk);
  const double top = draw_legend(canvas, figure.legend, kEdge + kTitleHeight + 10);
  const double width = (kWidth - 2 * kEdge + kBetweenColumns) / static_cast<double>(figure.columns.size());
  const Range x = x_range(figure);
  for (std::size_t i = 0; i < figure.columns.size(); ++i) {
    const std::vector<Plot>& plots = figure.columns[i];
    const double left = kEdge + static_cast<double>(i) * width + kLeftOfFrame;
    const double right = kEdge + static_cast<double>(i + 1) * width - kBetweenColumns;
    const double height = (kHeight - kBelowFrame - top) / static_cast<double>(plots.size());
    for (std::size_t j = 0; j < plots.size(); ++j) {
      const double above = top + static_cast<double>(j) * height;
      const bool lowest = j + 1 == plots.size();
      draw_plot(canvas, plots[j], {left, above + kAboveFrame, right, above + height}, x,
                lowest ? Frame::XLabels::all : Frame::XLabels::none);
    }
    canvas.words({0.5 * (left + right), kHeight - 14}, Align::centre, figure.x_title, kWordsHeight, kPaleInk);
  }
  canvas.write(path);
}

}  // namespace cuvae::plot
