#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>

namespace cuvae::data {

// The least and the largest of values, and whether all are finite.
class ValueRange {
 public:
  ValueRange() {
    std::fill_n(low_, kLanes, std::numeric_limits<float>::infinity());
    std::fill_n(high_, kLanes, -std::numeric_limits<float>::infinity());
  }

  void add(std::span<const float> values) {
    std::size_t i = 0;
    for (; i + kLanes <= values.size(); i += kLanes) {
      for (std::size_t lane = 0; lane < kLanes; ++lane) add(values[i + lane], lane);
    }
    for (; i < values.size(); ++i) add(values[i], 0);
  }

  [[nodiscard]] float low() const { return *std::min_element(low_, low_ + kLanes); }
  [[nodiscard]] float high() const { return *std::max_element(high_, high_ + kLanes); }
  [[nodiscard]] bool finite() const {
    return std::none_of(odd_, odd_ + kLanes, [](float odd) { return std::isnan(odd); });
  }

 private:
  void add(float value, std::size_t lane) {
    low_[lane] = value < low_[lane] ? value : low_[lane];
    high_[lane] = value > high_[lane] ? value : high_[lane];
    odd_[lane] += value - value;  // 0, but NaN for NaN and Inf
  }

  // Independent minima and maxima, so that the loop vectorises.
  static constexpr std::size_t kLanes = 16;
  float low_[kLanes], high_[kLanes], odd_[kLanes] = {};
};

}  // namespace cuvae::data
