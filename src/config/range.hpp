// Which numbers a setting may have, and how to say so.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>

#include "cuvae/error.hpp"
#include "src/config/text.hpp"

namespace cuvae::config {

struct IntegerRange {
  std::int64_t least = 0;
  std::int64_t most = std::numeric_limits<std::int32_t>::max();

  [[nodiscard]] bool holds(std::int64_t value) const { return least <= value && value <= most; }
  [[nodiscard]] std::string describe() const { return std::to_string(least) + " to " + std::to_string(most); }
  static std::string text(std::int64_t value) { return std::to_string(value); }
};

// Numbers that are still what they are once they are computed with, as float32.
struct NumberRange {
  enum class Ends { closed, open_below, open_above };  // whether `least` or `most` itself is excluded
  double least = 0.0;
  double most = std::numeric_limits<float>::max();
  Ends ends = Ends::closed;

  [[nodiscard]] bool holds(double value) const {  // not for NaN or Inf
    const bool vanishes = value != 0.0 && std::abs(value) < std::numeric_limits<float>::min();
    return !vanishes && (ends == Ends::open_below ? least < value : least <= value) &&
           (ends == Ends::open_above ? value < most : value <= most);
  }
  [[nodiscard]] std::string describe() const {
    const std::string from = (ends == Ends::open_below ? "greater than " : "at least ") + format(least);
    if (most == std::numeric_limits<float>::max()) return from + ", within float32";
    return from + (ends == Ends::open_above ? " and less than " : " and at most ") + format(most);
  }
  static std::string text(double value) { return format(value); }
};

// Throws Error(invalid_argument) unless the range holds the value.
template <class Range, class Number>
void require(const Range& range, Number value) {
  if (range.holds(value)) return;
  throw Error(Errc::invalid_argument, Range::text(value) + " is out of range; allowed: " + range.describe());
}

}  // namespace cuvae::config
