#include "src/plot/axis.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

namespace cuvae::plot {
namespace {

constexpr double kLargest = 1e300;  // beyond it lengths overflow
constexpr double kFence = 3;        // distances between the quartiles
constexpr double kMargin = 0.05;    // of the length
constexpr double kAroundOne = 0.5;  // at least, on both sides of a single value
constexpr double kShortest = 1e-6;  // of the values: shorter ranges have no ticks that can be told apart

constexpr Range kEmpty{std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()};

// Of sorted values, between the two nearest ones.
double quantile(const std::vector<double>& sorted, double part) {
  const double place = part * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return std::lerp(sorted[below], sorted[above], place - static_cast<double>(below));
}

double nice_step(double least) {
  const double power = std::pow(10.0, std::floor(std::log10(least)));
  for (const double digit : {1.0, 2.0, 5.0}) {
    if (digit * power >= least) return digit * power;
  }
  return 10 * power;
}

std::string text_of(double value, std::chars_format format, int digits) {
  std::array<char, 64> buffer{};
  const auto [end, problem] =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, format, digits);
  return {buffer.data(), end};
}

}  // namespace

Range together(Range a, Range b) { return {std::min(a.least, b.least), std::max(a.most, b.most)}; }

Range bulk_of(std::span<const double> values) {
  std::vector<double> sorted;
  std::ranges::copy_if(values, std::back_inserter(sorted), [](double v) { return std::abs(v) < kLargest; });
  if (sorted.empty()) return kEmpty;
  std::ranges::sort(sorted);
  const double low = quantile(sorted, 0.25), high = quantile(sorted, 0.75), fence = kFence * (high - low);
  Range range = kEmpty;
  for (const double value : sorted) {
    if (low - fence <= value && value <= high + fence) range = together(range, {value, value});
  }
  return range;
}

Range widened(Range range) {
  if (range.least > range.most) return {};
  if (range.least == range.most) {
    const double more = std::max(kMargin * std::abs(range.least), kAroundOne);
    return {range.least - more, range.most + more};
  }
  const double shortest = kShortest * std::max(std::abs(range.least), std::abs(range.most));
  const double more = std::max(kMargin * range.length(), shortest);
  return {range.least - more, range.most + more};
}

Ticks ticks_of(Range range, int most, TicksAt at) {
  Ticks ticks;
  ticks.step = nice_step(range.length() / most);
  if (at == TicksAt::whole) ticks.step = std::max(ticks.step, 1.0);
  const double first = std::ceil(range.least / ticks.step), last = std::floor(range.most / ticks.step);
  for (int i = 0; first + i <= last && i <= most; ++i) ticks.places.push_back((first + i) * ticks.step + 0.0);
  return ticks;
}

std::string tick_label(double place, double step) {
  const int magnitude = static_cast<int>(std::floor(std::log10(std::max(std::abs(place), step)) + 1e-9));
  const int resolution = static_cast<int>(std::floor(std::log10(step) + 1e-9));
  if (magnitude >= 6 || resolution < -5) {
    if (place == 0) return "0";
    return text_of(place, std::chars_format::scientific, std::clamp(magnitude - resolution, 0, 15));
  }
  return text_of(place, std::chars_format::fixed, std::max(0, -resolution));
}

}  // namespace cuvae::plot
