#include "src/data/scan.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "src/core/read_error.hpp"
#include "src/data/fingerprint.hpp"
#include "src/data/value_range.hpp"

namespace cuvae::data {
namespace {

constexpr std::int64_t kBlock = 4096;  // values at a time: as floats they stay in the first cache

// The fastest order for any layout.
void scan_as_stored(const Dataset::Impl& data, ValueRange& range, Fingerprint& fingerprint) {
  const std::int64_t size = size_of(data.type), total = data.rows * data.cols;
  float values[kBlock];
  for (std::int64_t first = 0; first < total; first += kBlock) {
    const std::int64_t count = std::min(kBlock, total - first);
    const std::byte* from = data.base + first * size;
    fingerprint.add({from, static_cast<std::size_t>(count * size)});
    convert({from, size, count, data.type, data.order}, data.scale, values);
    range.add({values, static_cast<std::size_t>(count)});
  }
}

void scan_rows(const Dataset::Impl& data, ValueRange& range, Fingerprint& fingerprint) {
  std::vector<float> values(static_cast<std::size_t>(data.cols));
  for (std::int64_t row = 0; row < data.rows; ++row) {
    data.read(row, values.data());
    fingerprint.add(std::as_bytes(std::span(values)));
    range.add(values);
  }
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
  ValueRange range;
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
  return {range.low(), range.high(), fingerprint.digest(data)};
}

}  // namespace cuvae::data
