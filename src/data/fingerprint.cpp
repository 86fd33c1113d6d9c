#include "src/data/fingerprint.hpp"

#include <vector>

namespace cuvae::data {
namespace {

// Whatever says how the stored bytes become rows of numbers, but their scale.
std::vector<std::int64_t> geometry(const Dataset::Impl& data) {
  std::vector<std::int64_t> numbers{data.rows, data.cols, data.row_stride,
                                    static_cast<std::int64_t>(data.type),
                                    static_cast<std::int64_t>(data.order)};
  for (const Axis& axis : data.columns) numbers.insert(numbers.end(), {axis.extent, axis.stride});
  return numbers;
}

// The same bytes on another scale than usual are other data.
std::uint64_t on_scale(const Dataset::Impl& data, std::uint64_t fingerprint) {
  const bool bytes = data.type == ElementType::u8;
  if (data.scale == (bytes ? kPixelScale : 1.0f)) return fingerprint;
  if (bytes && data.scale == 1.0f) return ~fingerprint;
  return XXH3_64bits_withSeed(&data.scale, sizeof data.scale, fingerprint);
}

}  // namespace

std::uint64_t Fingerprint::digest(const Dataset::Impl& data) {
  const std::vector<std::int64_t> numbers = geometry(data);
  add(std::as_bytes(std::span(numbers)));
  return on_scale(data, XXH3_64bits_digest(&state_));
}

}  // namespace cuvae::data
