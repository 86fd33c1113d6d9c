#include "src/data/dataset_impl.hpp"

#include <span>

#include "src/data/scan.hpp"

namespace cuvae {
namespace {

// Converts the values that `axes` span from `from`; returns the end of what was written.
float* gather(data::StoredValues innermost, std::span<const data::Axis> axes, float scale, float* out) {
  const auto [extent, stride] = axes.front();
  if (axes.size() == 1) {
    innermost.stride = stride;
    innermost.count = extent;
    data::convert(innermost, scale, out);
    return out + extent;
  }
  for (std::int64_t i = 0; i < extent; ++i, innermost.from += stride) {
    out = gather(innermost, axes.subspan(1), scale, out);
  }
  return out;
}

}  // namespace

bool Dataset::Impl::row_major() const noexcept {
  const std::int64_t size = data::size_of(type);
  return columns.size() == 1 && columns[0].stride == size && row_stride == cols * size;
}

bool Dataset::Impl::contiguous() const noexcept {
  const auto size = static_cast<std::uintptr_t>(data::size_of(type));
  return row_major() && reinterpret_cast<std::uintptr_t>(base) % size == 0 &&
         (type == data::ElementType::u8 ||
          (type == data::ElementType::f32 && order == data::ByteOrder::native));
}

const data::Facts& Dataset::Impl::facts() const {
  const std::scoped_lock lock(facts_once->mutex);
  if (!facts_once->facts) facts_once->facts = data::scan(*this);
  return *facts_once->facts;
}

void Dataset::Impl::read(std::int64_t row, float* out) const {
  gather({base + row * row_stride, 0, 0, type, order}, columns, scale, out);
}

}  // namespace cuvae
