// What an axis shows, and where its ticks are.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace cuvae::plot {

struct Range {
  double least = 0, most = 1;
  [[nodiscard]] double length() const { return most - least; }
};

[[nodiscard]] Range together(Range a, Range b);

// Where the bulk of the values lies: from the least to the most of those that are not "far out", by three
// times the distance between the quartiles beyond one of them (Tukey, 1977, "Exploratory Data Analysis").
// Values that are not finite do not count. Empty, with least above most, where there are none.
[[nodiscard]] Range bulk_of(std::span<const double> values);

// A little more on both sides, so that nothing lies on the frame. Also for an empty range and for one of a
// single value.
[[nodiscard]] Range widened(Range range);

struct Ticks {
  std::vector<double> places;
  double step = 1;  // 1, 2 or 5 times a power of ten
};

enum class TicksAt { any, whole };  // numbers

// At most so many of them, at multiples of the step.
[[nodiscard]] Ticks ticks_of(Range range, int most, TicksAt at);

// As short as the step allows.
[[nodiscard]] std::string tick_label(double place, double step);

}  // namespace cuvae::plot
