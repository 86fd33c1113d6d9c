// Numbers as tables show them.
#pragma once

#include <cmath>
#include <string>

namespace cuvae::bench {

// To four significant digits, never in powers of ten.
[[nodiscard]] inline double rounded(double value) {
  if (value == 0 || !std::isfinite(value)) return value;
  const double unit = std::pow(10.0, std::floor(std::log10(std::abs(value))) - 3);
  return unit < 1 ? std::round(value / unit) / std::round(1 / unit) : std::round(value / unit) * unit;
}

[[nodiscard]] inline std::string figure(double value) {
  const double shown = rounded(value), size = std::abs(shown);
  const int decimals = size >= 1000 || size == 0 ? 0 : size >= 100 ? 1 : size >= 10 ? 2 : size >= 1 ? 3 : 4;
  std::string text = std::to_string(shown);  // six decimals
  const std::size_t point = text.find('.');
  return text.substr(0, decimals == 0 ? point : point + 1 + static_cast<std::size_t>(decimals));
}

// "3.1 %", "97 %"
[[nodiscard]] inline std::string percent(double value) {
  const std::string text = std::to_string(value < 9.95 ? std::round(10 * value) / 10 : std::round(value));
  const std::size_t point = text.find('.');
  return text.substr(0, value < 9.95 ? point + 2 : point) + " %";
}

}  // namespace cuvae::bench
