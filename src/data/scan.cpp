#include "src/data/scan.hpp"

#include <xxhash.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <vector>

#include "src/core/read_error.hpp"

namespace cuvae::data {
namespace {

constexpr std::int64_t kBlock = 4096;  // values at a time: as floats they stay in the first cache
constexpr std::size_t kLanes = 16;     // independent minima and maxima, so that the loop vectorises

class Range {
 public:
  Range() {
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

  float low_[kLanes], high_[kLanes], odd_[kLanes] = {};
};

class Fingerprint {
 public:
  Fingerprint() { XXH3_64bits_reset(&state_); }
  void add(const void* bytes, std::int64_t size) {
    XXH3_64bits_update(&state_, bytes, static_cast<std::size_t>(size));
  }
  [[nodiscard]] std::uint64_t digest() const { return XXH3_64bits_digest(&state_); }

 private:
  XXH3_state_t state_;
};

// Whatever says how the stored bytes become rows of numbers, but their scale.
std::vector<std::int64_t> geometry(const Dataset::Impl& data) {
  std::vector<std::int64_t> numbers{data.rows, data.cols, data.row_stride,
                                    static_cast<std::int64_t>(data.type),
                                    static_cast<std::int64_t>(data.order)};
  for (const Axis& axis : data.columns) numbers.insert(numbers.end(), {axis.extent, axis.stride});
  return numbers;
}

// The fastest order for any layout.
void scan_as_stored(const Dataset::Impl& data, Range& range, Fingerprint& fingerprint) {
  const std::int64_t size = size_of(data.type), total = data.rows * data.cols;
  float values[kBlock];
  for (std::int64_t first = 0; first < total; first += kBlock) {
    const std::int64_t count = std::min(kBlock, total - first);
    const std::byte* from = data.base + first * size;
    fingerprint.add(from, count * size);
    convert({from, size, count, data.type, data.order}, data.scale, values);
    range.add({values, static_cast<std::size_t>(count)});
  }
}

void scan_rows(const Dataset::Impl& data, Range& range, Fingerprint& fingerprint) {
  std::vector<float> values(static_cast<std::size_t>(data.cols));
  for (std::int64_t row = 0; row < data.rows; ++row) {
    data.read(row, values.data());
    fingerprint.add(values.data(), std::ssize(values) * static_cast<std::int64_t>(sizeof(float)));
    range.add(values);
  }
}

// The same bytes on another scale than usual are other data.
std::uint64_t on_scale(const Dataset::Impl& data, std::uint64_t fingerprint) {
  const bool bytes = data.type == ElementType::u8;
  if (data.scale == (bytes ? kPixelScale : 1.0f)) return fingerprint;
  if (bytes && data.scale == 1.0f) return ~fingerprint;
  return XXH3_64bits_withSeed(&data.scale, sizeof data.scale, fingerprint);
}

}  // namespace

std::optional<Place> find_value(const Dataset::Impl& data, const std::function<bool(float)>& wanted) {
  std::vector<float> values(static_cast<std::size_t>(data.cols));
  for (std::int64_t row = 0; row < data.rows; ++row) {
    data.read(row, values.data());
    const auto found = std::find_if(values.begin(), values.end(), wanted);
    if (found != values.end()) return Place{row, static_cast<std::int32_t>(found - values.begin()), *found};
  }
  return std::nullopt;
}

bool holds_integers(const Dataset::Impl& data) {
  if (data.table) return !find_value(data, [](float value) { return std::trunc(value) != value; });
  return data.type != ElementType::f32 && data.type != ElementType::f64;
}

Facts scan(const Dataset::Impl& data) {
  Range range;
  Fingerprint fingerprint;
  if (!data.part || data.row_major()) {
    scan_as_stored(data, range, fingerprint);
  } else {
    scan_rows(data, range, fingerprint);
  }
  if (!range.finite()) {
    const auto place = find_value(data, [](float value) { return !std::isfinite(value); }).value();
    const char* infinite =
        data.type == ElementType::f64 || data.table ? "infinite, or beyond float32" : "infinite";
    core::refuse(data.source,
                 "row " + std::to_string(place.row) + ", column " + std::to_string(place.col) +
                     " (from 0) is " + (std::isnan(place.value) ? "NaN" : infinite),
                 "Remove such rows, or replace (numpy.nan_to_num) or scale such values before training.");
  }
  const std::vector<std::int64_t> numbers = geometry(data);
  fingerprint.add(numbers.data(), static_cast<std::int64_t>(numbers.size() * sizeof numbers[0]));
  return {range.low(), range.high(), on_scale(data, fingerprint.digest())};
}

}  // namespace cuvae::data
